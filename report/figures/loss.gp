# Measured against injected loss of round trips, from the files in the current
# folder; labels.gp sets the tics and what is written in capitals.
set logscale xy
load 'labels.gp'

set xlabel 'injected loss of round trips (%)' offset 0,0.6
set ylabel 'measured loss (%)' offset 0.8,0
set xrange [X_MIN:MAX]
set yrange [MIN:MAX]
set xtics offset 0,0.3
set ytics offset 0.3,0
set grid xtics ytics
set key inside bottom right vertical maxrows 3
set size square
# Bars are vectors: yerrorbars wipe out what is near a point, and so short bars.
set style arrow 1 heads size screen 0.006,90 lw 1.3 lc rgb UDP
set terminal pdfcairo enhanced size 8.7cm,7.4cm font FONT.',10' \
    linewidth 0.7 dashlength 0.6 rounded
set output 'figure.pdf'
plot 'ideal.dat' with lines lw 1.2 dt (5,6) lc rgb GREY title 'ideal', \
    for [i=1:HAS_POINTS] 'points.dat' using 1:3:(0):($4-$3) \
        with vectors as 1 notitle, \
    for [i=1:HAS_POINTS] 'points.dat' with points pt 7 ps 0.45 lc rgb UDP \
        title 'measured, 95 %', \
    for [i=1:HAS_BOUNDS] 'bounds.dat' with points pt 11 ps 0.7 lc rgb UDP \
        title 'none lost: bound'

set terminal svg size 660,561 font FONT.',16' linewidth 1.2 \
    dashlength 0.8 rounded background '#ffffff'
set key font ',14'
set output 'figure.svg'
replot
set output
