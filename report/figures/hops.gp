# The hops of a path, from the files in the current folder; labels.gp sets what
# is written in capitals, the tics and the addresses.
LABEL_FONT = ',7'
load 'labels.gp'

set xlabel X_LABEL offset 0,0.6
set ylabel 'hop' offset 0.8,0
set xrange [0:X_MAX]
set yrange [ROWS + 0.6:0.4]
set xtics offset 0,0.3
set ytics offset 0.3,0
set grid xtics
unset key
set lmargin at screen 0.16
set style arrow 1 heads size screen 0.006,90 lw 1.2 lc rgb LOCAL
set style arrow 2 heads size screen 0.006,90 lw 1.2 lc rgb REMOTE
if (HAS_ROWS) {
    set arrow 100 from graph 0, first HOPS + 0.5 to graph 1, first HOPS + 0.5 \
        nohead lw 0.6 dt (4,4) lc rgb GREY
}

PARTS = ''
if (HAS_HOPS) { PARTS = PARTS."'hops.dat' using 2:1:($4-$2):(0) with vectors \
    as 1, '' using 3:1 with points pt 7 ps 0.35 lc rgb LOCAL, " }
if (HAS_GOAL) { PARTS = PARTS."'goal.dat' using 2:1:($4-$2):(0) with vectors \
    as 2, '' using 3:1 with points pt 13 ps 0.9 lc rgb REMOTE, " }
if (HAS_ROWS) { PARTS = PARTS."'rows.dat' using 2:1:($4-$2):(0) with vectors \
    as 2, '' using 3:1 with points pt 5 ps 0.4 lc rgb REMOTE, " }
PARTS = PARTS[1:strlen(PARTS)-2]

HEIGHT = 2.2 + 0.33 * ROWS
set terminal pdfcairo enhanced size 8.7cm,HEIGHT cm font FONT.',10' \
    linewidth 0.7 dashlength 0.6 rounded
set output 'figure.pdf'
eval 'plot '.PARTS

set terminal svg size 660,int(HEIGHT * 76) font FONT.',16' linewidth 1.2 \
    dashlength 0.8 rounded background '#ffffff'
LABEL_FONT = ',11'
load 'labels.gp'
set output 'figure.svg'
eval 'plot '.PARTS
set output
