import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;

/** What the steps of Chain are written with. */
abstract class Kit {
  /** What an error of this class, one of the SDK's, says. */
  static String refusal(Class<? extends AwsServiceException> kind, Supplier<?> call) {
    try {
      throw new AssertionError(kind + " was expected, not " + call.get());
    } catch (AwsServiceException error) {
      if (error.getClass() != kind) throw error;
      return kind.getSimpleName() + ": " + error.awsErrorDetails().errorMessage();
    }
  }

  /** Names and values in turn. */
  static Map<String, Object> saw(Object... pairs) {
    var saw = new LinkedHashMap<String, Object>();
    for (var at = 0; at < pairs.length; at += 2) {
      saw.put((String) pairs[at], pairs[at + 1]);
    }
    return saw;
  }

  static Json.Text document(String json) {
    return new Json.Text(json);
  }

  static String decode(String base64) {
    return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
  }

  static String hash(SdkBytes data) throws Exception {
    var digest = MessageDigest.getInstance("SHA-256").digest(data.asByteArray());
    return Base64.getEncoder().encodeToString(digest);
  }

  /** A zip of one file as Java's own library writes it: streamed, and without modes. */
  static SdkBytes zip(String path, String text) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var archive = new ZipOutputStream(bytes)) {
      archive.putNextEntry(new ZipEntry(path));
      archive.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return SdkBytes.fromByteArray(bytes.toByteArray());
  }
}
