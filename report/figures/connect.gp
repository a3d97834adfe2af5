# Time to connect against that of an echo, from the files in the current
# folder; labels.gp sets the tics and what is written in capitals.
set logscale xy
load 'labels.gp'

set xlabel 'time to connect' offset 0,0.6
set ylabel 'median RTT of an echo' offset 0.4,0
set xrange [LEAST:MOST]
set yrange [LEAST:MOST]
set xtics offset 0,0.3 noenhanced
set ytics offset 0.3,0 noenhanced
set mxtics 1
set mytics 1
set grid xtics ytics
set key outside top center horizontal maxrows 1
set size square

set style arrow 1 heads size screen 0.006,90 lw 1.2 lc rgb LOCAL
set style arrow 2 heads size screen 0.006,90 lw 1.2 lc rgb REMOTE
PARTS = "x with lines lw 1.2 dt (5,6) lc rgb GREY title 'the same'"
BARS = "using 2:4:($3-$2):(0) with vectors as %d notitle, \
    '' using 1:5:(0):($6-$5) with vectors as %d notitle, \
    '' using 1:4 with points "
if (HAS_LOCAL) { PARTS = PARTS.", 'local.dat' ".sprintf(BARS, 1, 1). \
    "pt 7 ps 0.45 lc rgb LOCAL title 'local'" }
if (HAS_REMOTE) { PARTS = PARTS.", 'remote.dat' ".sprintf(BARS, 2, 2). \
    "pt 5 ps 0.45 lc rgb REMOTE title 'remote'" }
if (HAS_EMULATED) { PARTS = PARTS.", 'emulated.dat' ".sprintf(BARS, 2, 2). \
    "pt 4 ps 0.6 lw 1.3 lc rgb REMOTE title 'emulated path'" }

set terminal pdfcairo enhanced size 8.7cm,7.2cm font FONT.',10' \
    linewidth 0.7 dashlength 0.6 rounded
set output 'figure.pdf'
eval 'plot '.PARTS

set terminal svg size 660,546 font FONT.',16' linewidth 1.2 \
    dashlength 0.8 rounded background '#ffffff'
set key font ',14'
set output 'figure.svg'
replot
set output
