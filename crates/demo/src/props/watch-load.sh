#!/bin/sh
# Load and memory of this machine, drawn anew every second.
trap 'printf "\033[?25h\033[?1049l"; exit' INT TERM HUP
printf '\033[?1049h\033[?25l'
history=
while :; do
    load=$(cut -d' ' -f1 /proc/loadavg 2>/dev/null || uptime | sed 's/.*: *//; s/,.*//')
    level=$(printf '%s\n' "$load" | awk '{ n = int($1 * 10); if (n > 70) n = 70; print n }')
    history=$(printf '%s\n%s' "$history" "$level" | tail -n 16)
    {
        printf '\033[H\033[1;37;44m edge-14  %-84s\033[0m\n\n' "$(date '+%H:%M:%S')   load $load"
        printf '%s\n' "$history" | while read -r one; do
            [ -n "$one" ] || continue
            awk -v n="$one" 'BEGIN {
                printf "  %5.1f  ", n / 10
                colour = n < 20 ? 32 : n < 40 ? 33 : 31
                printf "\033[%dm", colour
                for (i = 0; i <= n; i++) printf "█"
                printf "\033[0m\033[K\n"
            }'
        done
        printf '\n\033[1m  %-12s %14s\033[0m\n' memory kB
        head -n 5 /proc/meminfo 2>/dev/null | awk '{ printf "  %-12s %14d\033[K\n", $1, $2 }'
        printf '\033[J'
    }
    sleep 1
done
