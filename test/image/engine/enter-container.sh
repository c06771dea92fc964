#!/bin/bash
# What a container engine does for one container, with the tools of util-linux and coreutils: a file system of its own, in
# which the machine's programs lie under the image's and the container's files, volumes and names. Runs in a mount namespace
# of its own (`unshare --mount`), so nothing of it is seen outside, and it ends with its process.
#   enter-container.sh <root> <files> <folders> <user> <working directory> <command> ...
# <root>: an empty folder. <files>: a folder whose content is laid over the root. <folders>: a file with lines "from<TAB>to<TAB>mode".
# <user>: uid:gid.
set -eu
root=$1 files=$2 folders=$3 user=$4 directory=$5
shift 5

mount -t tmpfs -o mode=755 tmpfs "$root"
for entry in /*; do
  case $entry in /app | /etc | /run | /var) continue ;; esac
  if [ -L "$entry" ]; then
    cp -P "$entry" "$root$entry"
  elif [ -d "$entry" ]; then
    mkdir "$root$entry"
    mount --rbind "$entry" "$root$entry"
  fi
done
mkdir -p "$root/etc" "$root/run" "$root/var/lib" "$root/var/cache" "$root/app"
ln -s ../run "$root/var/run"
cp -a /etc/. "$root/etc"
mount --rbind /var/cache "$root/var/cache"
cp -a "$files/." "$root"
while IFS=$'\t' read -r from to mode; do
  mkdir -p "$root$to"
  mount --bind "$from" "$root$to"
  [ "$mode" = rw ] || mount -o remount,bind,ro "$root$to"
done <"$folders"

# Under a uid that is dropped last, so that the order to die with the parent is not lost with it.
exec chroot "$root" setpriv --reuid="${user%:*}" --regid="${user#*:}" --clear-groups --pdeathsig=KILL \
  /bin/sh -c 'cd "$0" && exec "$@"' "$directory" "$@"
