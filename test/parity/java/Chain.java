import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.waiters.WaiterOverrideConfiguration;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.EntityAlreadyExistsException;
import software.amazon.awssdk.services.iam.model.NoSuchEntityException;
import software.amazon.awssdk.services.lambda.LambdaAsyncClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.*;
import software.amazon.awssdk.services.lambda.model.Runtime;
import software.amazon.awssdk.services.sts.StsClient;

/**
 * The life of a function as the AWS SDK for Java lives it. Where the server is, who asks and in which
 * region stand in the environment: AWS_ENDPOINT_URL, AWS_REGION and the file of credentials.
 *
 * <p>Prints what it saw, a JSON object a step, and judges nothing: java-and-go.test.ts does, by the
 * same expectations as for its twin, ../go. Arguments: index.js of the functions, and of their layer.
 */
final class Chain extends Kit {
  private static final String GREETER = "greeter";
  private static final String STREAMER = "streamer";
  private static final String GROUP = "/aws/lambda/greeter";
  private static final String ROLE = "greeter-role";
  private static final String TRUST =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow",\
      "Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}""";

  /** Waiters look often: a function is active in a moment. */
  private static final WaiterOverrideConfiguration OFTEN =
      WaiterOverrideConfiguration.builder()
          .backoffStrategyV2(BackoffStrategy.fixedDelay(Duration.ofMillis(100)))
          .maxAttempts(600)
          .build();

  private final LambdaClient lambda = LambdaClient.create();
  private final LambdaAsyncClient async = LambdaAsyncClient.create();
  private final CloudWatchLogsClient logs = CloudWatchLogsClient.create();
  private final StsClient sts = StsClient.create();
  // Of no region, and therefore not to be asked of the environment.
  private final IamClient iam = IamClient.builder().region(Region.AWS_GLOBAL).build();
  private final SdkBytes code;
  private final SdkBytes layer;
  // Known once they are there.
  private String role;
  private String arn;
  private String layerArn;

  private Chain(String functions, String layer) throws IOException {
    this.code = zip("index.js", functions);
    this.layer = zip("nodejs/node_modules/greeting/index.js", layer);
  }

  public static void main(String[] arguments) throws Exception {
    var chain = new Chain(arguments[0], arguments[1]);
    var steps = new LinkedHashMap<String, Step>();
    steps.put("caller", chain::caller);
    steps.put("role", chain::createRole);
    steps.put("layer", chain::publishLayer);
    steps.put("create", chain::create);
    steps.put("invoke", chain::invoke);
    steps.put("update", chain::update);
    steps.put("versions", chain::versions);
    steps.put("alias", chain::alias);
    steps.put("permission", chain::permission);
    steps.put("url", chain::url);
    steps.put("tags", chain::tags);
    steps.put("stream", chain::stream);
    steps.put("lists", chain::lists);
    steps.put("logs", chain::readLogs);
    steps.put("end", chain::end);
    for (var step : steps.entrySet()) {
      System.out.println(Json.of(saw("step", step.getKey(), "saw", step.getValue().walk())));
    }
  }

  private interface Step {
    Map<String, Object> walk() throws Exception;
  }

  private Map<String, Object> caller() {
    var me = sts.getCallerIdentity();
    return saw("account", me.account(), "arn", me.arn(), "userId", me.userId());
  }

  private Map<String, Object> createRole() {
    Supplier<software.amazon.awssdk.services.iam.model.Role> create =
        () -> iam.createRole(it -> it.roleName(ROLE).assumeRolePolicyDocument(TRUST)).role();
    var created = create.get();
    role = created.arn();
    iam.waiter().waitUntilRoleExists(it -> it.roleName(ROLE), it -> it.maxAttempts(60));
    return saw(
        "arn", created.arn(),
        "created", created.createDate().toString(),
        "again", refusal(EntityAlreadyExistsException.class, create));
  }

  private Map<String, Object> publishLayer() throws Exception {
    var published =
        lambda.publishLayerVersion(
            it ->
                it.layerName("greeting")
                    .content(content -> content.zipFile(layer))
                    .compatibleRuntimes(Runtime.NODEJS24_X));
    layerArn = published.layerVersionArn();
    var names = lambda.listLayersPaginator().layers().stream().map(LayersListItem::layerName);
    return saw(
        "arn", layerArn,
        "version", published.version(),
        "runtimes", published.compatibleRuntimesAsStrings(),
        "isWhole", published.content().codeSha256().equals(hash(layer)),
        "names", names.toList());
  }

  private Map<String, Object> create() throws Exception {
    var created = createFunction(GREETER, "index.handler");
    arn = created.functionArn();
    waitUntilActive(GREETER);
    var got = lambda.getFunction(it -> it.functionName(GREETER)).configuration();
    return saw(
        "arn", arn,
        "states", List.of(created.stateAsString(), got.stateAsString()),
        "isWhole", got.codeSha256().equals(hash(code)),
        "layers", got.layers().stream().map(Layer::arn).toList(),
        "again",
            refusal(
                ResourceConflictException.class,
                () -> createFunction(GREETER, "index.handler")));
  }

  private Map<String, Object> invoke() {
    var answer = call("{\"name\":\"world\"}");
    var failed = call("{}");
    return saw(
        "status", answer.statusCode(),
        "version", answer.executedVersion(),
        "error", answer.functionError(),
        "payload", document(answer.payload().asUtf8String()),
        "log", decode(answer.logResult()),
        "failed",
            saw(
                "error", failed.functionError(),
                "payload", document(failed.payload().asUtf8String())),
        "malformed", refusal(InvalidRequestContentException.class, () -> call("{")));
  }

  private Map<String, Object> update() {
    var revision = lambda.getFunctionConfiguration(it -> it.functionName(GREETER)).revisionId();
    var wanted =
        UpdateFunctionConfigurationRequest.builder()
            .functionName(GREETER)
            .timeout(9)
            .environment(it -> it.variables(Map.of("MARK", "!")))
            .revisionId(revision)
            .build();
    var changing = lambda.updateFunctionConfiguration(wanted);
    var changed = waitUntilUpdated();
    var stale =
        refusal(
            PreconditionFailedException.class, () -> lambda.updateFunctionConfiguration(wanted));
    return saw(
        "statuses",
            List.of(changing.lastUpdateStatusAsString(), changed.lastUpdateStatusAsString()),
        "timeout", changed.timeout(),
        "stale", stale,
        "payload", document(call("{\"name\":\"world\"}").payload().asUtf8String()));
  }

  private Map<String, Object> versions() {
    var first = lambda.publishVersion(it -> it.functionName(GREETER)).version();
    lambda.updateFunctionConfiguration(
        it ->
            it.functionName(GREETER)
                .environment(environment -> environment.variables(Map.of("MARK", "?"))));
    waitUntilUpdated();
    var second = lambda.publishVersion(it -> it.functionName(GREETER)).version();
    lambda
        .waiter()
        .waitUntilPublishedVersionActive(
            GetFunctionConfigurationRequest.builder()
                .functionName(GREETER)
                .qualifier(second)
                .build(),
            OFTEN);
    var pages =
        lambda.listVersionsByFunctionPaginator(it -> it.functionName(GREETER).maxItems(2)).stream()
            .map(page -> page.versions().stream().map(FunctionConfiguration::version).toList());
    return saw("published", List.of(first, second), "pages", pages.toList());
  }

  private Map<String, Object> alias() {
    var created =
        lambda.createAlias(
            it ->
                it.functionName(GREETER)
                    .name("live")
                    .functionVersion("2")
                    .routingConfig(
                        routing -> routing.additionalVersionWeights(Map.of("1", 0.25))));
    lambda.updateAlias(
        it ->
            it.functionName(GREETER)
                .name("live")
                .functionVersion("1")
                .routingConfig(routing -> routing.additionalVersionWeights(Map.of())));
    var answer =
        lambda.invoke(
            it ->
                it.functionName(GREETER)
                    .qualifier("live")
                    .payload(SdkBytes.fromUtf8String("{\"name\":\"world\"}")));
    return saw(
        "arn", created.aliasArn(),
        "version", created.functionVersion(),
        "weights", created.routingConfig().additionalVersionWeights(),
        "executed", answer.executedVersion(),
        "payload", document(answer.payload().asUtf8String()));
  }

  private Map<String, Object> permission() {
    var added =
        lambda.addPermission(
            it ->
                it.functionName(GREETER)
                    .statementId("rule")
                    .action("lambda:InvokeFunction")
                    .principal("events.amazonaws.com"));
    Supplier<GetPolicyResponse> get = () -> lambda.getPolicy(it -> it.functionName(GREETER));
    var got = get.get();
    lambda.removePermission(
        it -> it.functionName(GREETER).statementId("rule").revisionId(got.revisionId()));
    return saw(
        "statement", document(added.statement()),
        "policy", document(got.policy()),
        "removed", refusal(ResourceNotFoundException.class, get));
  }

  private Map<String, Object> url() {
    lambda.createFunctionUrlConfig(
        it ->
            it.functionName(GREETER)
                .authType(FunctionUrlAuthType.AWS_IAM)
                .cors(cors -> cors.allowOrigins("https://example.com").maxAge(60)));
    Supplier<GetFunctionUrlConfigResponse> get =
        () -> lambda.getFunctionUrlConfig(it -> it.functionName(GREETER));
    var got = get.get();
    lambda.deleteFunctionUrlConfig(it -> it.functionName(GREETER));
    return saw(
        "url", got.functionUrl(),
        "auth", got.authTypeAsString(),
        "mode", got.invokeModeAsString(),
        "origins", got.cors().allowOrigins(),
        "maxAge", got.cors().maxAge(),
        "deleted", refusal(ResourceNotFoundException.class, get));
  }

  private Map<String, Object> tags() {
    lambda.tagResource(it -> it.resource(arn).tags(Map.of("stage", "test", "owner", "me @ home")));
    lambda.untagResource(it -> it.resource(arn).tagKeys("team", "stage"));
    return saw("left", lambda.listTags(it -> it.resource(arn)).tags());
  }

  private Map<String, Object> stream() {
    createFunction(STREAMER, "index.stream");
    waitUntilActive(STREAMER);
    return saw(
        "whole", read(STREAMER, "{}"),
        "broken", read(STREAMER, "{\"fail\":true}"),
        "unknown", refusal(ResourceNotFoundException.class, () -> read("nobody", "{}")));
  }

  /** What comes in the event stream of a streamed answer. */
  private Map<String, Object> read(String name, String payload) {
    var saw = new LinkedHashMap<String, Object>();
    var text = new StringBuilder();
    var handler =
        InvokeWithResponseStreamResponseHandler.builder()
            .onResponse(
                response -> {
                  saw.put("status", response.statusCode());
                  saw.put("version", response.executedVersion());
                })
            .subscriber(
                InvokeWithResponseStreamResponseHandler.Visitor.builder()
                    .onPayloadChunk(chunk -> text.append(chunk.payload().asUtf8String()))
                    .onInvokeComplete(
                        complete -> {
                          saw.put("error", complete.errorCode());
                          if (complete.errorDetails() != null) {
                            saw.put("details", document(complete.errorDetails()));
                          }
                          saw.put("log", decode(complete.logResult()));
                        })
                    .build())
            .build();
    try {
      async
          .invokeWithResponseStream(
              it ->
                  it.functionName(name)
                      .payload(SdkBytes.fromUtf8String(payload))
                      .logType(LogType.TAIL),
              handler)
          .join();
    } catch (CompletionException error) {
      throw error.getCause() instanceof AwsServiceException cause ? cause : error;
    }
    saw.put("text", text.toString());
    return saw;
  }

  private Map<String, Object> lists() {
    var pages =
        lambda.listFunctionsPaginator(it -> it.maxItems(1)).stream()
            .map(
                page ->
                    page.functions().stream().map(FunctionConfiguration::functionName).toList());
    return saw("pages", pages.toList());
  }

  private Map<String, Object> readLogs() {
    var messages = new ArrayList<String>();
    var sizes = new ArrayList<Integer>();
    var pages =
        logs.filterLogEventsPaginator(
            it -> it.logGroupName(GROUP).filterPattern("\"greeting world\"").limit(2));
    for (var page : pages) {
      sizes.add(page.events().size());
      for (var event : page.events()) {
        var fields = event.message().strip().split("\t");
        messages.add(fields[fields.length - 1]);
      }
    }
    return saw(
        "messages", messages,
        "sizes", sizes,
        "missing",
            refusal(
                // Lambda has one of the same name.
                software.amazon.awssdk.services.cloudwatchlogs.model.ResourceNotFoundException
                    .class, () -> logs.filterLogEvents(it -> it.logGroupName("/none"))));
  }

  private Map<String, Object> end() {
    for (var name : List.of(GREETER, STREAMER)) {
      lambda.deleteFunction(it -> it.functionName(name));
    }
    iam.deleteRole(it -> it.roleName(ROLE));
    return saw(
        "function",
            refusal(
                ResourceNotFoundException.class,
                () -> lambda.getFunction(it -> it.functionName(GREETER))),
        "role",
            refusal(NoSuchEntityException.class, () -> iam.getRole(it -> it.roleName(ROLE))));
  }

  private CreateFunctionResponse createFunction(String name, String handler) {
    return lambda.createFunction(
        it ->
            it.functionName(name)
                .role(role)
                .runtime(Runtime.NODEJS24_X)
                .handler(handler)
                .code(content -> content.zipFile(code))
                .layers(layerArn)
                .tags(Map.of("team", "greeters")));
  }

  private InvokeResponse call(String payload) {
    return lambda.invoke(
        it ->
            it.functionName(GREETER)
                .payload(SdkBytes.fromUtf8String(payload))
                .logType(LogType.TAIL));
  }

  private void waitUntilActive(String name) {
    var wanted = GetFunctionRequest.builder().functionName(name).build();
    lambda.waiter().waitUntilFunctionActiveV2(wanted, OFTEN);
  }

  private FunctionConfiguration waitUntilUpdated() {
    var wanted = GetFunctionRequest.builder().functionName(GREETER).build();
    var matched = lambda.waiter().waitUntilFunctionUpdatedV2(wanted, OFTEN).matched();
    return matched.response().orElseThrow().configuration();
  }
}
