import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes values as JSON: what Chain prints. */
final class Json {
  private Json() {}

  /** JSON already, on one line. */
  record Text(String json) {}

  static String of(Object value) {
    if (value == null || value instanceof Number || value instanceof Boolean) {
      return String.valueOf(value);
    }
    if (value instanceof Text text) return text.json();
    if (value instanceof List<?> list) {
      return list.stream().map(Json::of).collect(Collectors.joining(",", "[", "]"));
    }
    if (value instanceof Map<?, ?> map) {
      return map.entrySet().stream()
          .map(each -> of(each.getKey()) + ":" + of(each.getValue()))
          .collect(Collectors.joining(",", "{", "}"));
    }
    return quoted((String) value);
  }

  private static String quoted(String text) {
    var quoted = new StringBuilder("\"");
    for (var character : text.toCharArray()) {
      if (character < ' ') quoted.append(String.format("\\u%04x", (int) character));
      else if (character == '"' || character == '\\') quoted.append('\\').append(character);
      else quoted.append(character);
    }
    return quoted.append('"').toString();
  }
}
