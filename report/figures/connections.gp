# Echo rate and RTT against the number of connections, from the files in the
# current folder; labels.gp sets what is written in capitals, and the tics of
# the panel that PANEL names.
PANEL = 1
load 'labels.gp'

LINE = IS_LOCAL ? LOCAL : REMOTE
set logscale x 2
set logscale y 10
set xrange [X_MIN:X_MAX]
set xtics X_STEP offset 0,0.3
set mxtics 1
set mytics 1
set grid xtics ytics
set lmargin at screen 0.2
set rmargin at screen 0.985

# Bars are vectors: yerrorbars wipe out what is near a point, and so short bars.
set style arrow 1 heads size screen 0.006,90 lw 1.3 lc rgb LINE
set style arrow 2 heads size screen 0.006,90 lw 1.3 lc rgb UDP
RATES = ''
if (HAS_LINEAR) { RATES = RATES."SINGLE * x with lines lw 1.4 dt (10,5) \
    lc rgb GREY title 'linear', " }
RATES = RATES."MOST with lines lw 1.4 dt (2,3) lc rgb 'black' title 'highest', "
if (HAS_RATE_BARS) { RATES = RATES."'rate-bars.dat' \
    using 1:3:(0):($4-$3) with vectors as 1 notitle, \
    '' with points pt 7 ps 0.45 lc rgb LINE title 'measured, 95 %', " }
if (HAS_RATE_POINTS) { RATES = RATES."'rate-points.dat' with points \
    pt 6 ps 0.5 lw 1.3 lc rgb LINE title 'no interval', " }
RATES = RATES[1:strlen(RATES)-2]

TIMES = ''
if (HAS_P99_BARS) { TIMES = TIMES."'p99-bars.dat' \
    using 1:3:(0):($4-$3) with vectors as 2 notitle, \
    '' with points pt 9 ps 0.5 lc rgb UDP title 'p99, 95 %', " }
if (HAS_P50_BARS) { TIMES = TIMES."'p50-bars.dat' \
    using 1:3:(0):($4-$3) with vectors as 1 notitle, \
    '' with points pt 7 ps 0.45 lc rgb LINE title 'p50, 95 %', " }
if (HAS_P50_POINTS) { TIMES = TIMES."'p50-points.dat' with points \
    pt 6 ps 0.5 lw 1.3 lc rgb LINE title 'no interval', " }
TIMES = TIMES[1:strlen(TIMES)-2]

do for [i=1:2] {
    if (i == 1) {
        set terminal pdfcairo enhanced size 8.7cm,8.4cm font FONT.',10' \
            linewidth 0.7 dashlength 0.6 rounded
        set output 'figure.pdf'
    } else {
        set terminal svg size 660,637 font FONT.',16' linewidth 1.2 \
            dashlength 0.8 rounded background '#ffffff'
        set key font ',14'
        set output 'figure.svg'
    }
    set multiplot
    set tmargin at screen 0.9
    set bmargin at screen 0.53
    PANEL = 1
    load 'labels.gp'
    set yrange [Y_MIN:Y_MAX]
    set ytics offset 0.3,0 noenhanced
    set key at screen 0.59,0.952 center center horizontal maxrows 1
    set ylabel 'echo rate' offset 0.4,0
    set xlabel ''
    set xtics format ''
    eval 'plot '.RATES
    set tmargin at screen 0.43
    set bmargin at screen 0.125
    set key at screen 0.59,0.465 center center horizontal maxrows 1
    PANEL = 2
    load 'labels.gp'
    set yrange [RTT_MIN:RTT_MAX]
    set ylabel 'RTT' offset 0.4,0
    set xtics format '%g'
    set xlabel 'connections' offset 0,0.6
    eval 'plot '.TIMES
    unset multiplot
}
set output
