#!/bin/sh
# Installs packages without starting their services, now or with the machine.
command -v apt-get >/dev/null || exit 1
export DEBIAN_FRONTEND=noninteractive
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
    trap 'rm -f $policy' EXIT
    printf '#!/bin/sh\nexit 101\n' >$policy
    chmod 755 $policy
fi
# A stale list may still name the packages.
apt-get update
apt-get install --yes --no-install-recommends "$@" || exit
for package in "$@"; do
    case $package in
        xrdp)
            update-rc.d xrdp disable
            systemctl disable xrdp xrdp-sesman
            # As its session manager would make it.
            install -d -m 1777 /run/xrdp/sockdir
            ;;
    esac
done
