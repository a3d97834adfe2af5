# Lengths of loss periods, from the files in the current folder; labels.gp sets
# what is written in capitals.
load 'labels.gp'

set logscale y
set xlabel X_LABEL noenhanced offset 0,0.6
set ylabel 'loss periods' offset 0.8,0
set xrange [0.3:X_MAX]
set yrange [Y_MIN:Y_MAX]
set xtics 1,X_STEP offset 0,0.3
set ytics offset 0.3,0 format '%.0f'
set key inside top right vertical maxrows 2
set boxwidth 0.7

set terminal pdfcairo enhanced size 8.7cm,5.2cm font FONT.',10' \
    linewidth 0.7 dashlength 0.6 rounded
set output 'figure.pdf'
plot 'bars.dat' with boxes fs solid border rgb UDP fc rgb UDP_BAND \
        title 'measured', \
    for [i=1:HAS_EXPECTED] 'expected.dat' with points pt 13 ps 0.7 \
        lc rgb 'black' title 'if independent'

set terminal svg size 660,400 font FONT.',16' linewidth 1.2 \
    dashlength 0.8 rounded background '#ffffff'
set key font ',14'
set output 'figure.svg'
replot
set output
