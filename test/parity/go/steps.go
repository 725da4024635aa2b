package main

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logsTypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamTypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

const trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` +
	`"Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`

// Waiters look often: a function is active in a moment.
const (
	minDelay = 50 * time.Millisecond
	maxDelay = 200 * time.Millisecond
	patience = time.Minute
)

var (
	greeter  = aws.String("greeter")
	streamer = aws.String("streamer")
	roleName = aws.String("greeter-role")
)

func (c *chain) caller() seen {
	me := must(c.sts.GetCallerIdentity(background, &sts.GetCallerIdentityInput{}))
	return seen{"account": me.Account, "arn": me.Arn, "userId": me.UserId}
}

func (c *chain) createRole() seen {
	wanted := &iam.CreateRoleInput{RoleName: roleName, AssumeRolePolicyDocument: aws.String(trust)}
	created := must(c.iam.CreateRole(background, wanted)).Role
	c.role = *created.Arn
	waiter := iam.NewRoleExistsWaiter(c.iam)
	check(waiter.Wait(background, &iam.GetRoleInput{RoleName: roleName}, patience))
	return seen{
		"arn":     created.Arn,
		"created": created.CreateDate,
		"again":   refusal[*iamTypes.EntityAlreadyExistsException](c.iam.CreateRole(background, wanted)),
	}
}

func (c *chain) publishLayer() seen {
	layer := must(c.lambda.PublishLayerVersion(background, &lambda.PublishLayerVersionInput{
		LayerName:          aws.String("greeting"),
		Content:            &types.LayerVersionContentInput{ZipFile: c.layer},
		CompatibleRuntimes: []types.Runtime{types.RuntimeNodejs24x},
	}))
	c.layerArn = *layer.LayerVersionArn
	names := []*string{}
	pages := lambda.NewListLayersPaginator(c.lambda, &lambda.ListLayersInput{})
	for pages.HasMorePages() {
		for _, each := range must(pages.NextPage(background)).Layers {
			names = append(names, each.LayerName)
		}
	}
	return seen{
		"arn":      layer.LayerVersionArn,
		"version":  layer.Version,
		"runtimes": layer.CompatibleRuntimes,
		"isWhole":  *layer.Content.CodeSha256 == hash(c.layer),
		"names":    names,
	}
}

func (c *chain) create() seen {
	wanted := c.function(greeter, "index.handler")
	created := must(c.lambda.CreateFunction(background, wanted))
	c.arn = *created.FunctionArn
	c.waitUntilActive(greeter)
	got := must(c.lambda.GetFunction(background, &lambda.GetFunctionInput{FunctionName: greeter}))
	return seen{
		"arn":     created.FunctionArn,
		"states":  []types.State{created.State, got.Configuration.State},
		"isWhole": *got.Configuration.CodeSha256 == hash(c.code),
		"layers":  []*string{got.Configuration.Layers[0].Arn},
		"again":   refusal[*types.ResourceConflictException](c.lambda.CreateFunction(background, wanted)),
	}
}

func (c *chain) invoke() seen {
	answer := c.call(`{"name":"world"}`)
	failed := c.call(`{}`)
	malformed := &lambda.InvokeInput{FunctionName: greeter, Payload: []byte("{")}
	return seen{
		"status":    answer.StatusCode,
		"version":   answer.ExecutedVersion,
		"error":     answer.FunctionError,
		"payload":   document(answer.Payload),
		"log":       string(must(base64.StdEncoding.DecodeString(*answer.LogResult))),
		"failed":    seen{"error": failed.FunctionError, "payload": document(failed.Payload)},
		"malformed": refusal[*types.InvalidRequestContentException](c.lambda.Invoke(background, malformed)),
	}
}

func (c *chain) update() seen {
	get := &lambda.GetFunctionConfigurationInput{FunctionName: greeter}
	got := must(c.lambda.GetFunctionConfiguration(background, get))
	wanted := &lambda.UpdateFunctionConfigurationInput{
		FunctionName: greeter,
		Timeout:      aws.Int32(9),
		Environment:  &types.Environment{Variables: map[string]string{"MARK": "!"}},
		RevisionId:   got.RevisionId,
	}
	changing := must(c.lambda.UpdateFunctionConfiguration(background, wanted))
	changed := c.waitUntilUpdated()
	return seen{
		"statuses": []types.LastUpdateStatus{changing.LastUpdateStatus, changed.LastUpdateStatus},
		"timeout":  changed.Timeout,
		"stale":    refusal[*types.PreconditionFailedException](c.lambda.UpdateFunctionConfiguration(background, wanted)),
		"payload":  document(c.call(`{"name":"world"}`).Payload),
	}
}

func (c *chain) versions() seen {
	first := must(c.lambda.PublishVersion(background, &lambda.PublishVersionInput{FunctionName: greeter}))
	must(c.lambda.UpdateFunctionConfiguration(background, &lambda.UpdateFunctionConfigurationInput{
		FunctionName: greeter,
		Environment:  &types.Environment{Variables: map[string]string{"MARK": "?"}},
	}))
	c.waitUntilUpdated()
	second := must(c.lambda.PublishVersion(background, &lambda.PublishVersionInput{FunctionName: greeter}))
	waiter := lambda.NewPublishedVersionActiveWaiter(c.lambda, func(options *lambda.PublishedVersionActiveWaiterOptions) {
		options.MinDelay, options.MaxDelay = minDelay, maxDelay
	})
	wanted := &lambda.GetFunctionConfigurationInput{FunctionName: greeter, Qualifier: second.Version}
	check(waiter.Wait(background, wanted, patience))
	names := [][]*string{}
	pages := lambda.NewListVersionsByFunctionPaginator(c.lambda, &lambda.ListVersionsByFunctionInput{
		FunctionName: greeter,
		MaxItems:     aws.Int32(2),
	})
	for pages.HasMorePages() {
		page := []*string{}
		for _, each := range must(pages.NextPage(background)).Versions {
			page = append(page, each.Version)
		}
		names = append(names, page)
	}
	return seen{"published": []*string{first.Version, second.Version}, "pages": names}
}

func (c *chain) alias() seen {
	live := aws.String("live")
	created := must(c.lambda.CreateAlias(background, &lambda.CreateAliasInput{
		FunctionName:    greeter,
		Name:            live,
		FunctionVersion: aws.String("2"),
		RoutingConfig:   &types.AliasRoutingConfiguration{AdditionalVersionWeights: map[string]float64{"1": 0.25}},
	}))
	must(c.lambda.UpdateAlias(background, &lambda.UpdateAliasInput{
		FunctionName:    greeter,
		Name:            live,
		FunctionVersion: aws.String("1"),
		RoutingConfig:   &types.AliasRoutingConfiguration{AdditionalVersionWeights: map[string]float64{}},
	}))
	answer := must(c.lambda.Invoke(background, &lambda.InvokeInput{
		FunctionName: greeter,
		Qualifier:    live,
		Payload:      []byte(`{"name":"world"}`),
	}))
	return seen{
		"arn":      created.AliasArn,
		"version":  created.FunctionVersion,
		"weights":  created.RoutingConfig.AdditionalVersionWeights,
		"executed": answer.ExecutedVersion,
		"payload":  document(answer.Payload),
	}
}

func (c *chain) permission() seen {
	added := must(c.lambda.AddPermission(background, &lambda.AddPermissionInput{
		FunctionName: greeter,
		StatementId:  aws.String("rule"),
		Action:       aws.String("lambda:InvokeFunction"),
		Principal:    aws.String("events.amazonaws.com"),
	}))
	got := must(c.lambda.GetPolicy(background, &lambda.GetPolicyInput{FunctionName: greeter}))
	must(c.lambda.RemovePermission(background, &lambda.RemovePermissionInput{
		FunctionName: greeter,
		StatementId:  aws.String("rule"),
		RevisionId:   got.RevisionId,
	}))
	return seen{
		"statement": document(*added.Statement),
		"policy":    document(*got.Policy),
		"removed": refusal[*types.ResourceNotFoundException](
			c.lambda.GetPolicy(background, &lambda.GetPolicyInput{FunctionName: greeter})),
	}
}

func (c *chain) url() seen {
	must(c.lambda.CreateFunctionUrlConfig(background, &lambda.CreateFunctionUrlConfigInput{
		FunctionName: greeter,
		AuthType:     types.FunctionUrlAuthTypeAwsIam,
		Cors:         &types.Cors{AllowOrigins: []string{"https://example.com"}, MaxAge: aws.Int32(60)},
	}))
	wanted := &lambda.GetFunctionUrlConfigInput{FunctionName: greeter}
	got := must(c.lambda.GetFunctionUrlConfig(background, wanted))
	must(c.lambda.DeleteFunctionUrlConfig(background, &lambda.DeleteFunctionUrlConfigInput{FunctionName: greeter}))
	return seen{
		"url":     got.FunctionUrl,
		"auth":    got.AuthType,
		"mode":    got.InvokeMode,
		"origins": got.Cors.AllowOrigins,
		"maxAge":  got.Cors.MaxAge,
		"deleted": refusal[*types.ResourceNotFoundException](c.lambda.GetFunctionUrlConfig(background, wanted)),
	}
}

func (c *chain) tags() seen {
	resource := aws.String(c.arn)
	tags := map[string]string{"stage": "test", "owner": "me @ home"}
	must(c.lambda.TagResource(background, &lambda.TagResourceInput{Resource: resource, Tags: tags}))
	removed := []string{"team", "stage"}
	must(c.lambda.UntagResource(background, &lambda.UntagResourceInput{Resource: resource, TagKeys: removed}))
	return seen{"left": must(c.lambda.ListTags(background, &lambda.ListTagsInput{Resource: resource})).Tags}
}

func (c *chain) stream() seen {
	must(c.lambda.CreateFunction(background, c.function(streamer, "index.stream")))
	c.waitUntilActive(streamer)
	unknown := &lambda.InvokeWithResponseStreamInput{FunctionName: aws.String("nobody")}
	return seen{
		"whole":   c.read(`{}`),
		"broken":  c.read(`{"fail":true}`),
		"unknown": refusal[*types.ResourceNotFoundException](c.lambda.InvokeWithResponseStream(background, unknown)),
	}
}

// read is what comes in the event stream of a streamed answer.
func (c *chain) read(payload string) seen {
	answer := must(c.lambda.InvokeWithResponseStream(background, &lambda.InvokeWithResponseStreamInput{
		FunctionName: streamer,
		Payload:      []byte(payload),
		LogType:      types.LogTypeTail,
	}))
	events := answer.GetStream()
	defer events.Close()
	var text strings.Builder
	saw := seen{"status": answer.StatusCode, "version": answer.ExecutedVersion}
	for event := range events.Events() {
		switch event := event.(type) {
		case *types.InvokeWithResponseStreamResponseEventMemberPayloadChunk:
			text.Write(event.Value.Payload)
		case *types.InvokeWithResponseStreamResponseEventMemberInvokeComplete:
			saw["error"] = event.Value.ErrorCode
			if event.Value.ErrorDetails != nil {
				saw["details"] = document(*event.Value.ErrorDetails)
			}
			saw["log"] = string(must(base64.StdEncoding.DecodeString(*event.Value.LogResult)))
		}
	}
	check(events.Err())
	saw["text"] = text.String()
	return saw
}

func (c *chain) lists() seen {
	names := [][]*string{}
	pages := lambda.NewListFunctionsPaginator(c.lambda, &lambda.ListFunctionsInput{MaxItems: aws.Int32(1)})
	for pages.HasMorePages() {
		page := []*string{}
		for _, each := range must(pages.NextPage(background)).Functions {
			page = append(page, each.FunctionName)
		}
		names = append(names, page)
	}
	return seen{"pages": names}
}

func (c *chain) readLogs() seen {
	messages, sizes := []string{}, []int{}
	pages := cloudwatchlogs.NewFilterLogEventsPaginator(c.logs, &cloudwatchlogs.FilterLogEventsInput{
		LogGroupName:  aws.String("/aws/lambda/greeter"),
		FilterPattern: aws.String(`"greeting world"`),
		Limit:         aws.Int32(2),
	})
	for pages.HasMorePages() {
		page := must(pages.NextPage(background))
		sizes = append(sizes, len(page.Events))
		for _, event := range page.Events {
			fields := strings.Split(strings.TrimSpace(*event.Message), "\t")
			messages = append(messages, fields[len(fields)-1])
		}
	}
	missing := &cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String("/none")}
	return seen{
		"messages": messages,
		"sizes":    sizes,
		"missing":  refusal[*logsTypes.ResourceNotFoundException](c.logs.FilterLogEvents(background, missing)),
	}
}

func (c *chain) end() seen {
	for _, name := range []*string{greeter, streamer} {
		must(c.lambda.DeleteFunction(background, &lambda.DeleteFunctionInput{FunctionName: name}))
	}
	must(c.iam.DeleteRole(background, &iam.DeleteRoleInput{RoleName: roleName}))
	get := &lambda.GetFunctionInput{FunctionName: greeter}
	return seen{
		"function": refusal[*types.ResourceNotFoundException](c.lambda.GetFunction(background, get)),
		"role": refusal[*iamTypes.NoSuchEntityException](
			c.iam.GetRole(background, &iam.GetRoleInput{RoleName: roleName})),
	}
}

func (c *chain) function(name *string, handler string) *lambda.CreateFunctionInput {
	return &lambda.CreateFunctionInput{
		FunctionName: name,
		Role:         aws.String(c.role),
		Runtime:      types.RuntimeNodejs24x,
		Handler:      aws.String(handler),
		Code:         &types.FunctionCode{ZipFile: c.code},
		Layers:       []string{c.layerArn},
		Tags:         map[string]string{"team": "greeters"},
	}
}

func (c *chain) call(payload string) *lambda.InvokeOutput {
	return must(c.lambda.Invoke(background, &lambda.InvokeInput{
		FunctionName: greeter,
		Payload:      []byte(payload),
		LogType:      types.LogTypeTail,
	}))
}

func (c *chain) waitUntilActive(name *string) {
	waiter := lambda.NewFunctionActiveV2Waiter(c.lambda, func(options *lambda.FunctionActiveV2WaiterOptions) {
		options.MinDelay, options.MaxDelay = minDelay, maxDelay
	})
	check(waiter.Wait(background, &lambda.GetFunctionInput{FunctionName: name}, patience))
}

func (c *chain) waitUntilUpdated() *types.FunctionConfiguration {
	waiter := lambda.NewFunctionUpdatedV2Waiter(c.lambda, func(options *lambda.FunctionUpdatedV2WaiterOptions) {
		options.MinDelay, options.MaxDelay = minDelay, maxDelay
	})
	wanted := &lambda.GetFunctionInput{FunctionName: greeter}
	return must(waiter.WaitForOutput(background, wanted, patience)).Configuration
}

func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return base64.StdEncoding.EncodeToString(sum[:])
}
