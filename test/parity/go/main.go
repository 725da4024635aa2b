// The life of a function as the AWS SDK for Go lives it. Where the server is, who asks and in which region stand in
// the environment, as for any program: AWS_ENDPOINT_URL, AWS_REGION and the credentials file.
//
// Prints what it saw, a JSON object a step, and judges nothing: java-and-go.test.ts does, by the same expectations
// as for its twin, ../java/Chain.java. Arguments: index.js of the functions, index.js of their layer.
package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

type seen map[string]any

// chain is a walk through a function's life; its steps are in steps.go.
type chain struct {
	lambda *lambda.Client
	iam    *iam.Client
	logs   *cloudwatchlogs.Client
	sts    *sts.Client
	// Zips of the functions and of their layer.
	code, layer []byte
	// Known once they are there.
	role, arn, layerArn string
}

func main() {
	settings := must(config.LoadDefaultConfig(background))
	c := &chain{
		lambda: lambda.NewFromConfig(settings),
		iam:    iam.NewFromConfig(settings),
		logs:   cloudwatchlogs.NewFromConfig(settings),
		sts:    sts.NewFromConfig(settings),
		code:   zipOf("index.js", os.Args[1]),
		layer:  zipOf("nodejs/node_modules/greeting/index.js", os.Args[2]),
	}
	steps := []struct {
		name string
		walk func() seen
	}{
		{"caller", c.caller},
		{"role", c.createRole},
		{"layer", c.publishLayer},
		{"create", c.create},
		{"invoke", c.invoke},
		{"update", c.update},
		{"versions", c.versions},
		{"alias", c.alias},
		{"permission", c.permission},
		{"url", c.url},
		{"tags", c.tags},
		{"stream", c.stream},
		{"lists", c.lists},
		{"logs", c.readLogs},
		{"end", c.end},
	}
	out := json.NewEncoder(os.Stdout)
	for _, step := range steps {
		check(out.Encode(seen{"step": step.name, "saw": step.walk()}))
	}
}

var background = context.Background()

// check ends the program with what went wrong, and where: no step is left out.
func check(err error) {
	if err != nil {
		panic(err)
	}
}

func must[T any](value T, err error) T {
	check(err)
	return value
}

// refusal is what an error of the kind E, one of the SDK's types, says.
func refusal[E smithy.APIError](_ any, err error) string {
	var kind E
	if !errors.As(err, &kind) {
		panic(fmt.Sprintf("%T was expected, not %v", kind, err))
	}
	name := fmt.Sprintf("%T", kind)
	return name[strings.LastIndex(name, ".")+1:] + ": " + kind.ErrorMessage()
}

// document is the value of a JSON text.
func document[T string | []byte](text T) any {
	var value any
	check(json.Unmarshal([]byte(text), &value))
	return value
}

// zipOf is a zip of one file as Go's own library writes it: streamed, and without modes.
func zipOf(path, text string) []byte {
	var buffer bytes.Buffer
	archive := zip.NewWriter(&buffer)
	must(must(archive.Create(path)).Write([]byte(text)))
	check(archive.Close())
	return buffer.Bytes()
}
