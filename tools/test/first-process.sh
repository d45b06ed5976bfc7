#!/bin/sh
# First process of a run's namespaces (own-namespaces.js): makes the machine that the run sees, runs the program, and
# buries whatever is left to it. Nothing that is mounted or written here is seen outside.
set -eu
state=$1
shift

ip link set lo up
echo 1 >/proc/sys/net/ipv4/ip_forward

mkdir -p "$state/var" "$state/var-work" "$state/tmp"
chmod 1777 "$state/tmp"
mount -t overlay -o "lowerdir=/var,upperdir=$state/var,workdir=$state/var-work" overlay /var
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
# A kubelet sets these for the whole machine, since they have no namespace. It compares first, so that it finds here what it
# wants, and what anything writes to them ends in these files (kubelet, setupKernelTunables).
mkdir "$state/sys"
hold() {
  [ -e "/proc/sys/$1" ] || return 0
  file="$state/sys/$(basename "$1")"
  echo "$2" >"$file"
  mount --bind "$file" "/proc/sys/$1"
}
hold vm/overcommit_memory 1
hold vm/panic_on_oom 0
hold kernel/panic 10
hold kernel/panic_on_oops 1
hold kernel/keys/root_maxkeys 1000000
hold kernel/keys/root_maxbytes 25000000
# No way leads out, so no name server is asked in vain.
printf '127.0.0.1 localhost\n10.0.0.2 real-node\n' >"$state/hosts"
: >"$state/resolv.conf"
mount --bind "$state/hosts" /etc/hosts
# With systemd-resolved it is a link into /run, which is empty by now.
resolv=$(readlink -m /etc/resolv.conf)
if [ ! -e "$resolv" ]; then
  mkdir -p "$(dirname "$resolv")"
  : >"$resolv"
fi
mount --bind "$state/resolv.conf" "$resolv"

"$@" &
wait $!
