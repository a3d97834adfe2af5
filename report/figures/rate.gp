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
array KEYS[3] = ['bottom right', 'bottom left', 'top right']
set key inside vertical maxrows 2 opaque
eval 'set key '.KEYS[KEY_PLACE + 1]

if (HAS_WARMUP) {
    set object 1 rectangle from 0,graph 0 to WARM_UNTIL,graph 1 behind \
        fc rgb WARMUP fs solid noborder
    set arrow 1 from WARM_UNTIL,graph 0 to WARM_UNTIL,graph 1 nohead back lw 0.8 \
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

PARTS = PARTS."'median.dat' with lines lw 1.8 lc rgb LINE title 'median', \
    'mean.dat' with lines lw 1.1 dt (5,6) lc rgb 'black' title MEAN"

# The lab's curve is a panel of its own below, on the same axis of time.
HEIGHT = HAS_LAB ? 6.3 : 5.2
do for [i=1:2] {
    if (i == 1) {
        set terminal pdfcairo enhanced size 8.7cm,HEIGHT cm font FONT.',10' \
            linewidth 0.7 dashlength 0.6 rounded
        set output 'figure.pdf'
    } else {
        set terminal svg size 660,400*HEIGHT/5.2 font FONT.',16' linewidth 1.2 \
            dashlength 0.8 rounded background '#ffffff'
        set key font ',14'
        set output 'figure.svg'
    }
    if (HAS_LAB) {
        set multiplot
        set lmargin at screen 0.16
        set rmargin at screen 0.97
        set tmargin at screen 0.97
        set bmargin at screen 0.43
        set ylabel Y_LABEL
        set yrange [0:Y_MAX]
        set ytics Y_STEP
        set xlabel ''
        set format x ''
        set key on
    }
    eval 'plot '.PARTS
    if (HAS_LAB) {
        set tmargin at screen 0.345
        set bmargin at screen 0.16
        set ylabel LAB_LABEL
        set yrange [0:LAB_MAX]
        set ytics LAB_STEP
        set xlabel X_LABEL
        set format x '%g'
        set key off
        set label 1 LAB_TITLE noenhanced at graph 0,1 left offset 0,0.6
        plot for [j=1:HAS_GAPS] 'gaps.dat' \
                using (($1+$2)/2):(LAB_MAX/2):1:2:(0):(LAB_MAX) with boxxyerror \
                fs solid border rgb GREY lw 0.3 fc rgb GAP, \
            'lab.dat' with lines lw 0.6 lc rgb LINE
        unset label 1
        unset multiplot
    }
}
set output
