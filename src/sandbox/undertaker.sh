#!/bin/sh
# Outlives the server by one deed: kills and removes everything that the server of one directory has made.
#
# It waits on standard input, which only the server can close: by orderly end or by death of any kind.
# It is also how a later server cleans up after a dead one whose undertaker died too.
# Usage: sh /.../undertaker.sh DIRECTORY (a server home: see server-home.ts, which writes what is read here)

directory=$1
while read -r _; do :; done
[ -d "$directory" ] || exit 0

# The number and start time of the process whose proc_pid_stat(5) is in file $1.
identity_in() {
  read -r stat 2>/dev/null <"$1" || return 1
  number=${stat%% *}
  # The 20th word after the command's closing parenthesis.
  set -- ${stat##*) }
  echo "$number ${20}"
}

kill_v1_group() {
  [ -e "$1cgroup.procs" ] || return 0
  # Frozen, so that nothing forks between the reading and the killing.
  echo FROZEN >"$1freezer.state"
  while read -r pid; do
    [ "$pid" -gt 1 ] && kill -9 "$pid"
  done <"$1cgroup.procs"
  echo THAWED >"$1freezer.state"
}

kill_groups() {
  [ -f "$directory/register" ] || return 0
  while read -r kind root; do
    case $kind in
      v2) [ -e "$root/cgroup.kill" ] && echo 1 >"$root/cgroup.kill" ;;
      v1-freezer) for group in "$root"/*/*/*/ "$root"/*/; do kill_v1_group "$group"; done ;;
    esac
  done <"$directory/register"
}

# Succeeds once no group is left.
remove_groups() {
  [ -f "$directory/register" ] || return 0
  left=0
  while read -r kind root; do
    case $kind in v1 | v1-freezer | v2) ;; *) continue ;; esac
    [ -d "$root" ] || continue
    # runc has groups of its own, two levels further down.
    for group in "$root"/*/*/*/ "$root"/*/*/ "$root"/*/; do [ -d "$group" ] && rmdir "$group"; done
    rmdir "$root" || left=1
  done <"$directory/register"
  return "$left"
}

# What is mounted in slots of sandboxes: it must be gone before the directories are removed. Where the server had
# a mount namespace of its own, it is gone already.
remove_mounts() {
  [ -f "$directory/register" ] || return 0
  while read -r kind path; do
    [ "$kind" = mount ] && umount -l "$path"
  done <"$directory/register"
}

# Loop devices go with their mounts; a setting of theirs is ours (disks/calls.ts) and would stay.
restore_loop_devices() {
  grep -q '^loop-devices ' "$directory/register" || return 0
  for device in /sys/block/loop*; do
    # Those in use may be another server's.
    [ -e "$device/loop" ] && continue
    read -r strict <"$device/bdi/strict_limit" || continue
    [ "$strict" = 1 ] || continue
    echo 100 >"$device/bdi/max_ratio"
    echo 0 >"$device/bdi/strict_limit"
  done
}

# Once nothing runs behind them any more.
remove_networks() {
  [ -f "$directory/register" ] || return 0
  left=0
  while read -r kind table; do
    [ "$kind" = network ] || continue
    sh "${0%/*}/network/take-down.sh" "$table" </dev/null || left=1
  done <"$directory/register"
  return "$left"
}

# Sandboxes without isolation: the leader of each process group has put its identity on record.
kill_process_groups() {
  # A process that has not done so yet finds no directory from now on, and ends.
  mv "$directory/sandboxes" "$directory/sandboxes-of-the-dead"
  for file in "$directory"/sandboxes-of-the-dead/*/process; do
    [ -e "$file" ] || continue
    tries=0
    # It may have been opened before the move, and not be written yet.
    until recorded=$(identity_in "$file"); do
      tries=$((tries + 1))
      [ "$tries" -ge 100 ] && continue 2
      sleep 0.01
    done
    pid=${recorded%% *}
    # A leader of another start time is a stranger that has got the number since. No leader at all may
    # still mean a group, and its number is not given to anybody as long as it lives.
    now=$(identity_in "/proc/$pid/stat") && [ "$now" != "$recorded" ] && continue
    kill -s KILL -- "-$pid"
  done
}

kill_process_groups 2>/dev/null
tries=0
while :; do
  kill_groups 2>/dev/null
  remove_groups 2>/dev/null && break
  tries=$((tries + 1))
  [ "$tries" -ge 2000 ] && exit 1
  sleep 0.01
done
remove_mounts 2>/dev/null
restore_loop_devices 2>/dev/null
remove_networks 2>/dev/null || exit 1
rm -rf "$directory"
