#!/bin/sh
# Removes the firewall of one server from the kernel, and what was changed on the host for its sake.
#
# Everything it needs to know is in the kernel beside the firewall itself, and so it can be called at any time, by
# a server that ends, by an undertaker or by a later server, for a table that was never made or is gone already,
# also after the machine has been started anew. It succeeds when the table is not there any more.
# Usage: sh take-down.sh TABLE (see firewall.ts, which makes what is removed here)

table=$1
forward=/proc/sys/net/ipv4/ip_forward

exists() {
  nft list table inet "$1"
}

# Rules that let our packets pass a firewall of somebody else carry the table's name as a comment.
remove_foreign_rules() {
  "$1" -w 5 -S FORWARD | while read -r _ rule; do
    case " $rule " in
      # shellcheck disable=SC2086 # the words of a rule of ours
      *" --comment $table "*) "$1" -w 5 -D $rule ;;
    esac
  done
}

# The tables of other servers; their names are words.
others() {
  nft list tables inet | while read -r _ _ name; do
    case $name in
      "$table") ;;
      lambdad_*) echo "$name" ;;
    esac
  done
}

# Containers and virtual machines that have come since want it on.
has_bridge() {
  for bridge in /sys/class/net/*/bridge; do [ -d "$bridge" ] && return 0; done
  return 1
}

restore_forwarding() {
  [ -z "$(others)" ] || return 0
  has_bridge && return 0
  echo 0 >"$forward"
  # A server that has started meanwhile has its table before it switches forwarding on.
  [ -z "$(others)" ] || echo 1 >"$forward"
}

{
  exists "$table" || exit 0
  # Only where there are rules: asking for those of the old kind would make its tables.
  if nft list chain ip filter FORWARD; then
    if command -v iptables-nft; then remove_foreign_rules iptables-nft; else remove_foreign_rules iptables; fi
  fi
  cat /proc/net/ip_tables_names | while read -r name; do
    [ "$name" = filter ] && remove_foreign_rules iptables-legacy
  done
  was_off=no
  nft list chain inet "$table" host_was_no_router && was_off=yes
  nft delete table inet "$table"
  exists "$table" && exit 1
  [ "$was_off" = yes ] && restore_forwarding
  exit 0
} >/dev/null 2>&1
