# Set-up shared by bin/lambdad and tools/in-toolchain; sourced, never run. POSIX sh.
#
# What it is: everything between a fresh clone and a program that runs: a Node.js new enough, the npm
# dependencies, Debian packages, a private mount namespace. What it is not: a place for options of the server.
# Invariant: when nothing is missing it starts no process (the server has 300 ms from command to first answer);
# when something is, it says what it gets and why before it does, and every failure says what to do.
# The caller sets `root` (the directory of the repository or package). Read next: fetch-node.mjs.
# shellcheck shell=sh disable=SC2154,SC2034,SC3013 # the callers' variables; -nt is POSIX since 2024, and dash has it

# The build in src/runtimes/node-packages.json (tools/launcher.test.ts holds the two together).
toolchain_major=26
toolchain_version=26.10.0

cache=${LAMBDAD_CACHE_DIR:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/lambdad}
# `set -u` callers: a missing PATH would end them without a word.
PATH=${PATH:-/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin}

say() {
  printf 'lambdad: %s\n' "$*" >&2
}

fail() {
  say "$*"
  exit 1
}

has() {
  command -v "$1" > /dev/null 2>&1
}

# Runs a command silently; shows what it said only when it fails.
quietly() {
  if quietly_output=$("$@" 2>&1); then return 0; fi
  printf '%s\n' "$quietly_output" >&2
  return 1
}

# Node.js -------------------------------------------------------------------------------------------------

# Sets `node` to the path of a Node.js >= 26: the one chosen before, the one on PATH, the one in the cache, or
# a new one in the cache. The first line of the record is the path; the second, for a Node.js that is not
# ours, what it was when we chose it, because someone may put an older one in its place.
find_node() {
  node="" node_was=""
  if [ -r "$cache/toolchain/chosen" ]; then
    { read -r node; read -r node_was; } < "$cache/toolchain/chosen" || :
  fi
  case $node in
    '') ;;
    "$cache"/*) [ -x "$node" ] && return ;;
    *) [ -x "$node" ] && [ "$node_was" = "$(identity_of "$node")" ] && return ;;
  esac

  # `node` may be a version manager's shim, so it is asked for its version and its own path.
  node=$(node -p 'Number(process.versions.node.split(".")[0]) >= '$toolchain_major' ? process.execPath : ""' 2> /dev/null) || node=
  if [ -z "$node" ]; then
    node=$cache/toolchain/node-$toolchain_version/bin/node
    [ -x "$node" ] || install_node
  fi
  remember_node || fail "cannot write to $cache: LAMBDAD_CACHE_DIR names another place"
}

remember_node() {
  mkdir -p "$cache/toolchain" &&
    printf '%s\n%s\n' "$node" "$(identity_of "$node")" > "$cache/toolchain/chosen.$$" &&
    mv -f "$cache/toolchain/chosen.$$" "$cache/toolchain/chosen"
}

identity_of() {
  stat -L -c '%i %s %Z' "$1"
}

install_node() {
  [ "$(uname -s)" = Linux ] || fail "needs Linux, for its namespaces and cgroups; this is $(uname -s). Use a Linux virtual machine."
  has node || fail "needs Node.js 20 or newer with npm to begin with: install it from https://nodejs.org or your distribution"
  has tar || fail "needs tar to unpack Node.js: install the package tar"
  quietly node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' ||
    fail "needs Node.js 20 or newer to begin with, and $(command -v node) is $(node --version): install a newer one"
  say "runs on Node.js $toolchain_version, which this machine does not have: getting it from npm (57 MB) into $cache"
  node "$root/tools/fetch-node.mjs" "$toolchain_major" "$cache/toolchain/node-$toolchain_version" || exit 1
}

# install_function_runtime MAJOR: a Node.js for functions, where the server looks for it.
install_function_runtime() {
  [ -x "$cache/runtimes/node-$1/bin/node" ] ||
    node "$root/tools/fetch-node.mjs" "$1" "$cache/runtimes/node-$1" || exit 1
}

# install_function_sdk: the packages that Node.js functions find, likewise; after find_node.
# The mark is newer than the lock file it was made for, and says where they are.
install_function_sdk() {
  sdk_mark=$cache/runtimes/node-sdk-set-up
  if [ "$sdk_mark" -nt "$root/src/runtimes/node/sdk/package-lock.json" ]; then
    read -r sdk < "$sdk_mark" && [ -d "$sdk" ] && return
  fi
  sdk=$("$node" "$root/tools/fetch-node-sdk.ts" "$cache") || exit 1
  printf '%s\n' "$sdk" > "$sdk_mark"
}

# npm dependencies ----------------------------------------------------------------------------------------

# install_dependencies production|all
# The mark holds what is installed (`production` or `all`) and is newer than the lock file it was made for.
install_dependencies() {
  # Installed as a package, lambdad had its dependencies put beside it by npm, where npm chose.
  case $root/ in */node_modules/*) return ;; esac
  dependencies_mark=$root/node_modules/.lambdad-set-up
  dependencies_are_installed "$1" && return
  has npm || fail "needs npm to install its dependencies: it comes with Node.js (Debian: apt-get install npm)"
  # Two commands in a fresh clone at once: the second waits, looks again and finds the work done.
  mkdir -p "$cache" || fail "cannot write to $cache: LAMBDAD_CACHE_DIR names another place"
  {
    flock 9
    dependencies_are_installed "$1" || {
      if ! "$node" "$root/tools/dependencies.mjs" "$1"; then
        say "installing the npm dependencies ($1) that package-lock.json pins"
        # Asked for one package first: without a network npm would try every one of them, for many minutes.
        quietly npm view kysely name --loglevel=error --fetch-retries=2 --fetch-retry-mintimeout=500 \
          --fetch-retry-maxtimeout=2000 ||
          fail "cannot reach the npm registry, see above: it is needed once, connect and try again. Nothing was started."
        case $1 in production) omit=--omit=dev ;; *) omit= ;; esac
        # Not `npm ci`: it refuses a lock file that lacks the optional builds for other systems, and a lock file
        # made behind a registry mirror does. The check after it is the same as its: version and sha512.
        # npm speaks on standard output, which belongs to the program that is to run.
        # shellcheck disable=SC2086 # no option is no word
        (cd "$root" && npm install $omit --no-save --no-audit --no-fund --loglevel=error) >&2 ||
          fail "npm install failed in $root, see above. It needs the npm registry once; nothing was started."
        "$node" "$root/tools/dependencies.mjs" "$1" ||
          fail "node_modules is not what package-lock.json pins: remove $root/node_modules and try again"
      fi
      # In someone else's clone there is no leave to write; then it is looked at again each time.
      { printf '%s\n' "$1" > "$dependencies_mark"; } 2> /dev/null || :
    }
  } 9> "$cache/dependencies.lock"
}

dependencies_are_installed() {
  [ "$dependencies_mark" -nt "$root/package-lock.json" ] || return 1
  read -r dependencies_mode < "$dependencies_mark" || return 1
  [ "$dependencies_mode" = all ] || [ "$dependencies_mode" = "$1" ]
}

# The machine ---------------------------------------------------------------------------------------------

# Sets `is_root` and `may_mount` (the CAP_SYS_ADMIN bit) to yes or no.
look_at_privileges() {
  is_root=no may_mount=no
  [ -r /proc/self/status ] || fail "needs Linux, with /proc"
  while read -r key value rest; do
    case $key in
      Uid:) case $rest in 0*) is_root=yes ;; esac ;;
      CapEff:)
        # Capability 21 is bit 1 of the sixth hexadecimal digit from the right.
        digit=${value%?????}
        digit=${digit#"${digit%?}"}
        case $digit in [2367abefABEF]) may_mount=yes ;; esac
        return
        ;;
    esac
  done < /proc/self/status
}

# as_root COMMAND...: through sudo where need be.
as_root() {
  if [ "$is_root" = yes ]; then "$@"; else sudo "$@"; fi
}

# install_packages WHY PACKAGE...: Debian packages; 1 when that is not possible here, after saying what to do.
install_packages() {
  why=$1
  shift
  if ! has apt-get; then
    say "needs $why. Install with your distribution's package manager what Debian calls: $*"
    return 1
  fi
  if [ "$is_root" = no ] && ! has sudo; then
    say "needs $why. Have root run: apt-get install $*"
    return 1
  fi
  say "installing the Debian packages $*: $why"
  apt_install "$@" > /dev/null 2>&1 && return
  # The lists of a fresh machine or container are empty or old.
  quietly as_root apt-get -qq update && quietly apt_install "$@" && return
  say "apt-get install $* failed, see above; it is needed once: $why"
  return 1
}

apt_install() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "$@"
}

# Isolation -----------------------------------------------------------------------------------------------

# in_private_mounts COMMAND...: becomes the command, as root, in a mount namespace of its own, so that whatever it
# mounts dies with it. The process id stays: signals sent to the launcher reach the command.
in_private_mounts() {
  # On hosts with cgroups in hybrid mode crun refuses to run as long as it sees the v2 mount, which carries no
  # controllers there. Nobody else sees it go.
  # shellcheck disable=SC2016 # expanded by the inner shell
  set -- unshare --mount --propagation slave sh -c '
    if [ -e /sys/fs/cgroup/unified/cgroup.procs ] && [ ! -e /sys/fs/cgroup/cgroup.procs ]; then
      umount /sys/fs/cgroup/unified ||
        echo "lambdad: cannot hide /sys/fs/cgroup/unified from crun, which refuses hybrid cgroups" >&2
    fi
    exec "$@"' sh "$@"
  [ "$is_root" = yes ] && exec "$@"
  # sudo clears the environment, so the parts that matter are handed over by name; it passes signals on.
  for name in HOME PATH XDG_CACHE_HOME XDG_DATA_HOME NODE_COMPILE_CACHE NODE_OPTIONS NODE_EXTRA_CA_CERTS TERM CI \
    $(env | sed -n 's/^\(LAMBDAD_[A-Z0-9_]*\)=.*/\1/p'); do
    eval "value=\${$name-}"
    [ -z "$value" ] || set -- "$name=$value" "$@"
  done
  exec sudo env "$@"
}
