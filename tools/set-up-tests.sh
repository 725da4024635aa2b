# What tests need beside the npm packages: the clients that the parity tests drive, and what isolates functions.
# Sourced by in-toolchain, never run. POSIX sh.
#
# A machine that cannot have one of these still runs every other test: those tests skip, with the reason.
# Invariant: when nothing is missing it starts no process that takes its time. What is made is newer than what it was
# made from. Read next: setup.sh, test/parity.
# shellcheck shell=sh disable=SC2154,SC3013 # the callers' variables; -nt is POSIX since 2024, and dash has it

set_up_tests() {
  look_at_privileges
  for major in 20 22 24; do install_function_runtime $major; done
  install_function_sdk

  packages=
  has crun || packages=crun
  has ip || packages="$packages iproute2"
  has nft || [ -x /usr/sbin/nft ] || packages="$packages nftables"
  has mke2fs || [ -x /usr/sbin/mke2fs ] || packages="$packages e2fsprogs"
  # shellcheck disable=SC2086 # a list of names
  [ -z "$packages" ] ||
    install_packages 'the tests run functions in sandboxes with networks of their own' $packages || :

  # One of these two compiles while the other waits for its registry; interrupted, they go on to their end, and
  # what they make is kept. What they need of Debian is there before: only one can install packages at a time.
  java_client=$cache/test-java/client java_job=
  go_client=$cache/test-go/client go_job=
  if ! java_client_is_made && find_java; then make_java_client & java_job=$!; fi
  if ! go_client_is_made && find_go; then make_go_client & go_job=$!; fi
  find_aws_cli
  find_chromium
  make_test_python
  [ -z "$java_job" ] || wait "$java_job" || :
  [ -z "$go_job" ] || wait "$go_job" || :
  java_client_is_made || java_client=
  go_client_is_made || go_client=

  export LAMBDAD_TEST_AWS_CLI="$aws_cli" LAMBDAD_TEST_AWS_CLI_1="$aws_cli_1" LAMBDAD_TEST_PYTHON="$test_python"
  export LAMBDAD_TEST_JAVA_CLIENT="$java_client" LAMBDAD_TEST_GO_CLIENT="$go_client"
  export LAMBDAD_TEST_CHROMIUM="$chromium"
}

# is_made PROGRAM SOURCE...: it is there, and newer than all of these.
is_made() {
  made=$1
  shift
  [ -x "$made" ] || return 1
  for source; do [ "$made" -nt "$source" ] || return 1; done
}

# AWS CLI and Python --------------------------------------------------------------------------------------

# Sets `aws_cli` to the path of an AWS CLI v2, empty when there is none.
find_aws_cli() {
  aws_cli=
  if [ -r "$cache/test-aws-cli" ]; then
    read -r aws_cli < "$cache/test-aws-cli" || :
    [ -x "$aws_cli" ] && return
  fi
  # Asking takes half a second, so the answer is kept.
  for aws_cli in "$(command -v aws || :)" /usr/local/bin/aws /usr/bin/aws; do
    is_aws_cli_2 "$aws_cli" && break
    aws_cli=
  done
  if [ -z "$aws_cli" ]; then
    install_packages 'the tests drive lambdad with the AWS CLI v2' awscli &&
      is_aws_cli_2 /usr/bin/aws && aws_cli=/usr/bin/aws
  fi
  if [ -z "$aws_cli" ]; then
    say 'going on without the AWS CLI v2: the tests that use it are skipped'
    return
  fi
  printf '%s\n' "$aws_cli" > "$cache/test-aws-cli"
}

is_aws_cli_2() {
  [ -x "$1" ] || return 1
  case $("$1" --version 2>&1) in aws-cli/2.*) ;; *) return 1 ;; esac
}

# Sets `test_python` to the path of a Python that has boto3, and `aws_cli_1` to that of an AWS CLI v1, both empty when
# they cannot be had.
make_test_python() {
  test_python=$cache/test-python/bin/python aws_cli_1=$cache/test-python/bin/aws
  [ "$cache/test-python/set-up" -nt "$root/test/requirements.txt" ] && [ -x "$test_python" ] && return
  # Debian's Python comes without the module that makes environments.
  if ! has python3 || ! python3 -c 'import venv, ensurepip' 2> /dev/null; then
    install_packages 'the tests drive lambdad with boto3 and the AWS CLI v1' python3 python3-venv || :
  fi
  say "installing boto3 and the AWS CLI v1 for the tests into $cache/test-python"
  if quietly python3 -m venv --clear "$cache/test-python" &&
    quietly "$test_python" -m pip install --quiet --disable-pip-version-check --require-hashes \
      --only-binary :all: -r "$root/test/requirements.txt"; then
    : > "$cache/test-python/set-up"
  else
    say 'going on without boto3 and the AWS CLI v1: the tests that use them are skipped'
    test_python='' aws_cli_1=
  fi
}

# Chromium ------------------------------------------------------------------------------------------------

# Sets `chromium` to the path of a Chromium, empty when there is none.
find_chromium() {
  for chromium in chromium google-chrome; do
    has "$chromium" || continue
    chromium=$(command -v "$chromium")
    # Those of snap see no profile that is made elsewhere.
    case $(readlink -f "$chromium") in */snap*) ;; *) return ;; esac
  done
  chromium=/usr/bin/chromium
  install_packages 'the tests look at function URLs through a browser' chromium || :
  [ -x "$chromium" ] && return
  say 'going on without Chromium: the tests that use it are skipped'
  chromium=
}

# Java ----------------------------------------------------------------------------------------------------

java_client_is_made() {
  has java && is_made "$java_client" "$root"/test/parity/java/*
}

# Whether there are a JDK and Maven to make the client with.
find_java() {
  has mvn && java_is_new_enough && return
  install_packages 'the tests drive lambdad with the AWS SDK for Java' default-jdk-headless maven || :
  has mvn && java_is_new_enough && return
  say 'going on without the AWS SDK for Java, which needs Maven and a JDK 17 or newer: its tests are skipped'
  return 1
}

java_is_new_enough() {
  has java && has javac || return 1
  java_version=$(javac -version 2> /dev/null)
  java_version=${java_version#javac }
  java_version=${java_version%%[!0-9]*}
  [ "${java_version:-0}" -ge 17 ]
}

# Compiles test/parity/java against the SDK's jars, and writes the command that runs it.
make_java_client() {
  java_source=$root/test/parity/java java_place=$cache/test-java
  say "making the tests' client of the AWS SDK for Java in $java_place"
  mkdir -p "$java_place/jars"
  class_path=$java_place/classes
  while read -r _ jar; do class_path=$class_path:$java_place/jars/$jar; done < "$java_source/jars.sha256"
  if { java_jars_are_right > /dev/null 2>&1 || { fetch_java_jars && quietly java_jars_are_right; }; } &&
    quietly javac --release 17 -proc:none -d "$java_place/classes" -cp "$class_path" "$java_source"/*.java; then
    # It runs for seconds: compiling it well takes longer than running it.
    printf '#!/bin/sh\nexec java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "%s" Chain "$@"\n' "$class_path" \
      > "$java_client.new"
    chmod +x "$java_client.new"
    mv -f "$java_client.new" "$java_client"
  else
    say 'going on without the AWS SDK for Java, see above: its tests are skipped'
  fi
}

java_jars_are_right() {
  (cd "$java_place/jars" && sha256sum --check --strict --quiet "$java_source/jars.sha256")
}

# By way of Maven's own repository and settings.
fetch_java_jars() {
  say 'getting the AWS SDK for Java from Maven Central (21 MB)'
  quietly mvn --batch-mode --quiet --file "$java_source/pom.xml" "-Dexec.outputFile=$java_place/class-path" \
    org.codehaus.mojo:exec-maven-plugin:exec &&
    tr : '\n' < "$java_place/class-path" | grep '\.jar$' | xargs -d '\n' cp -t "$java_place/jars"
}

# Go ------------------------------------------------------------------------------------------------------

go_client_is_made() {
  is_made "$go_client" "$root"/test/parity/go/*
}

# Sets `go` to the path of a Go, of whatever age.
find_go() {
  # Where Go's own installer puts it is not on every PATH.
  go=$(command -v go || :)
  [ -n "$go" ] || go=/usr/local/go/bin/go
  [ -x "$go" ] && return
  install_packages 'the tests drive lambdad with the AWS SDK for Go' golang-go ca-certificates || :
  go=/usr/bin/go
  [ -x "$go" ] && return
  say 'going on without the AWS SDK for Go, which needs Go: its tests are skipped'
  return 1
}

# Compiles test/parity/go with what go.sum pins.
make_go_client() {
  say "getting the AWS SDK for Go, and making the tests' client of it in $cache/test-go"
  mkdir -p "$cache/test-go"
  # Without inlining it compiles in three quarters of the time. No version of lambdad is stamped into it: git refuses
  # to tell in a clone that someone else owns.
  if find_go_toolchain && quietly env GOTOOLCHAIN=local GOWORK=off CGO_ENABLED=0 \
    "$go" build -C "$root/test/parity/go" -gcflags=all=-l -buildvcs=false -o "$go_client" .; then
    # Written anew or not, it is newer than its sources.
    touch "$go_client"
  else
    say 'going on without the AWS SDK for Go, see above: its tests are skipped'
  fi
}

# Where `go` is older than go.mod asks for, sets it to one that is not: the toolchain is a module like any other.
find_go_toolchain() {
  go_version=$("$go" env GOVERSION) go_arch=$("$go" env GOARCH)
  go_version=${go_version#go1.}
  [ "${go_version%%[!0-9]*}" -lt 24 ] || return 0
  go_module=golang.org/toolchain@v0.0.1-go1.26.11.linux-$go_arch
  say "getting $go_module (75 MB): the SDK needs Go 1.24 or newer"
  go_root=$("$go" mod download -json "$go_module" | sed -n 's/^\t"Dir": "\(.*\)",*$/\1/p')
  [ -n "$go_root" ] || return 1
  # In the archive of a module no file is executable.
  chmod +x "$go_root"/bin/* "$go_root"/pkg/tool/*/* && go=$go_root/bin/go
}
