# Correlation of ln RTT with itself some messages later, from the files in the
# current folder; labels.gp sets what is written in capitals.
load 'labels.gp'

set logscale x
set xlabel 'messages later, on one connection' offset 0,0.6
set ylabel 'correlation of ln RTT' offset 0.8,0
set xrange [0.9:X_MAX]
set yrange [Y_MIN:1]
set xtics offset 0,0.3 format '%g'
set ytics 0.2 offset 0.3,0
set key outside top center horizontal maxrows 1
set arrow 1 from graph 0, first 0 to graph 1, first 0 nohead lw 0.8 \
    lc rgb GREY back

# Within these lines what is 0 stays in 95 of 100 cases.
PARTS = ''
if (HAS_LOCAL) { PARTS = PARTS."LOCAL_BOUND with lines lw 0.9 dt (2,4) \
    lc rgb LOCAL notitle, -LOCAL_BOUND with lines lw 0.9 dt (2,4) \
    lc rgb LOCAL notitle, 'local.dat' with points pt 7 ps 0.35 lc rgb LOCAL \
    title LOCAL_NAME, " }
if (HAS_REMOTE) { PARTS = PARTS."REMOTE_BOUND with lines lw 0.9 dt (8,4) \
    lc rgb REMOTE notitle, -REMOTE_BOUND with lines lw 0.9 dt (8,4) \
    lc rgb REMOTE notitle, 'remote.dat' with points pt 4 ps 0.4 lw 1.2 \
    lc rgb REMOTE title REMOTE_NAME, " }
PARTS = PARTS[1:strlen(PARTS)-2]

set terminal pdfcairo enhanced size 8.7cm,5.0cm font FONT.',10' \
    linewidth 0.7 dashlength 0.6 rounded
set output 'figure.pdf'
eval 'plot '.PARTS

set terminal svg size 660,380 font FONT.',16' linewidth 1.2 \
    dashlength 0.8 rounded background '#ffffff'
set key font ',14'
set output 'figure.svg'
replot
set output
