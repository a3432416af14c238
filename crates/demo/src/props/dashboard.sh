#!/bin/sh
# Counters of the shop's front end as a full-screen picture.
trap 'printf "\033[?25h\033[?1049l"; exit' INT TERM HUP
printf '\033[?1049h\033[?25l\033[2J'
exec awk 'BEGIN {
    srand()
    split("checkout search catalogue account basket images payments mail", name, " ")
    for (i = 1; i <= 8; i++) rate[i] = 20 + rand() * 60
    for (;;) {
        "date +%H:%M:%S" | getline now
        close("date +%H:%M:%S")
        printf "\033[H\033[1;30;46m %-24s %s %120s\033[0m\r\n\r\n", "web-5  front end", now, ""
        for (i = 1; i <= 8; i++) {
            rate[i] += rand() * 12 - 6
            if (rate[i] < 3) rate[i] = 3
            if (rate[i] > 100) rate[i] = 100
            total[i] += rate[i]
            colour = rate[i] < 60 ? 32 : rate[i] < 85 ? 33 : 31
            bar = ""
            for (n = 0; n < rate[i]; n++) bar = bar "▆"
            printf "  \033[1m%-10s\033[0m %6.1f/s %9d  \033[%dm%s\033[0m\033[K\r\n\r\n", name[i], rate[i], total[i], colour, bar
        }
        printf "\r\n  \033[2mlast requests\033[0m\033[K\r\n"
        for (i = 1; i <= 12; i++) {
            code = rand() < 0.93 ? 200 : rand() < 0.7 ? 404 : 500
            printf "  \033[%dm%d\033[0m  GET /%s/%d\033[K\r\n", code == 200 ? 32 : code == 404 ? 33 : 31, code, name[1 + int(rand() * 8)], rand() * 9000
        }
        printf "\033[J"
        fflush()
        system("sleep 1")
    }
}'
