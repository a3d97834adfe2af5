# Echo rate over time (the lab's figures 4 and 6), from the files in the
# current folder; labels.gp sets what is written in capitals.
load 'labels.gp'

LINE = IS_LOCAL ? LOCAL : REMOTE
BAND = IS_LOCAL ? LOCAL_BAND : REMOTE_BAND
PALE = IS_LOCAL ? LOCAL_PALE : REMOTE_PALE
MEAN = IS_SHARED ? 'bits / time, all together' : 'bits / time'
DOT = X_MAX * 5e-4

set xlabel X_LABEL noenhanced offset 0,0.6
set ylabel Y_LABEL noenhanced offset 0.8,0
set xrange [0:X_MAX]
set yrange [0:Y_MAX]
set xtics X_STEP offset 0,0.3
set ytics Y_STEP offset 0.3,0
if (KEY_PLACE == 0) { set key inside bottom right vertical maxrows 2 opaque }
if (KEY_PLACE == 1) { set key inside bottom left vertical maxrows 2 opaque }
if (KEY_PLACE == 2) { set key inside top right vertical maxrows 2 opaque }

if (HAS_WARMUP) {
    set object 1 rectangle from 0,0 to WARM_UNTIL,Y_MAX behind \
        fc rgb WARMUP fs solid noborder
    set arrow 1 from WARM_UNTIL,0 to WARM_UNTIL,Y_MAX nohead back lw 0.8 \
        dt (2,3) lc rgb GREY
}

# What is not there must not be in the plot at all: gnuplot keeps room in the
# legend for titles of empty loops.
PARTS = ''
if (HAS_WARMUP) { PARTS = PARTS."NaN with boxes fs solid border rgb GREY \
    lw 0.3 fc rgb WARMUP title 'warm-up', " }
if (HAS_GAPS) { PARTS = PARTS."'gaps.dat' \
    using (($1+$2)/2):(Y_MAX/2):1:2:(0):(Y_MAX) with boxxyerror \
    fs solid border rgb GREY lw 0.3 fc rgb GAP title 'no reply', " }
if (HAS_EXTREMES) { PARTS = PARTS."'extremes.dat' with filledcurves \
    fs solid noborder fc rgb PALE title 'min–max', " }
if (HAS_BAND) { PARTS = PARTS."'band.dat' with filledcurves \
    fs solid noborder fc rgb BAND title '5–95 %', " }
# Dots are short strokes: a tenth of the size of markers in an SVG.
if (HAS_DOTS) { PARTS = PARTS."'dots.dat' using ($1-DOT):2:(2*DOT):(0) \
    with vectors nohead lw 3 lc rgb BAND notitle, \
    NaN with points pt 7 ps 0.35 lc rgb BAND title 'one message', " }

set terminal pdfcairo enhanced size 8.7cm,5.2cm font FONT.',10' \
    linewidth 0.7 dashlength 0.6 rounded
set output 'figure.pdf'
eval 'plot '.PARTS."'median.dat' with lines lw 1.8 lc rgb LINE title 'median', \
    'mean.dat' with lines lw 1.1 dt (5,6) lc rgb 'black' title MEAN"

set terminal svg size 660,400 font FONT.',16' linewidth 1.2 \
    dashlength 0.8 rounded background '#ffffff'
set key font ',14'
set output 'figure.svg'
replot
set output
