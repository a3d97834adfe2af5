# Echo rate against message length, from the files in the current folder;
# labels.gp sets what is written in capitals, and the tics of the panel that
# PANEL names: 1 above a strip, 2 with the strip or alone.
PANEL = 2
load 'labels.gp'

LINE = IS_LOCAL ? LOCAL : REMOTE
set logscale xy
set xrange [X_MIN:X_MAX]
set xtics offset 0,0.3 noenhanced
set mxtics 1
set mytics 1
set grid xtics ytics
set lmargin at screen 0.2
set rmargin at screen 0.985

# Bars are vectors: yerrorbars wipe out what is near a point, and so short bars.
set style arrow 1 heads size screen 0.006,90 lw 1.3 lc rgb LINE
PARTS = ''
if (HAS_FIT) { PARTS = PARTS."'curve.dat' with lines lw 1.3 dt (5,4) \
    lc rgb LINE title 'fit', " }
if (HAS_BARS) { PARTS = PARTS."'bars.dat' using 1:3:(0):($4-$3) with vectors as 1 \
    notitle, '' with points pt 7 ps 0.45 lc rgb LINE title 'measured, 95 %', " }
if (HAS_POINTS) { PARTS = PARTS."'points.dat' with points pt 6 ps 0.5 lw 1.3 \
    lc rgb LINE title 'measured, no interval', " }
PARTS = PARTS[1:strlen(PARTS)-2]

do for [i=1:2] {
    if (i == 1) {
        set terminal pdfcairo enhanced size 8.7cm,7cm font FONT.',10' \
            linewidth 0.7 dashlength 0.6 rounded
        set output 'figure.pdf'
    } else {
        set terminal svg size 660,531 font FONT.',16' linewidth 1.2 \
            dashlength 0.8 rounded background '#ffffff'
        set key font ',14'
        set output 'figure.svg'
    }
    set multiplot
    set tmargin at screen 0.98
    set bmargin at screen (HAS_FIT ? 0.40 : 0.15)
    PANEL = HAS_FIT ? 1 : 2
    load 'labels.gp'
    set yrange [Y_MIN:Y_MAX]
    set ytics offset 0.3,0 noenhanced
    set key inside bottom right vertical maxrows 3
    set ylabel 'echo rate' offset 0.4,0
    set xlabel (HAS_FIT ? '' : 'message length') offset 0,0.6
    eval 'plot '.PARTS
    if (HAS_FIT) {
        set tmargin at screen 0.35
        set bmargin at screen 0.15
        PANEL = 2
        load 'labels.gp'
        unset key
        set xlabel 'message length' offset 0,0.6
        set ylabel 'RTT / fit' offset 0.4,0
        set yrange [1.0/REACH:REACH]
        set ytics ('0.01' 0.01, '0.1' 0.1, '0.5' 0.5, '1' 1, '2' 2, \
            '10' 10, '100' 100)
        plot 1 with lines lw 1.1 dt (5,4) lc rgb LINE, \
            'rest.dat' with points pt 7 ps 0.45 lc rgb LINE
    }
    unset multiplot
}
set output
