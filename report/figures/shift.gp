# B less A at each decile, from the files in the current folder; labels.gp sets
# what is written in capitals.
load 'labels.gp'

set xlabel 'decile of the messages (%)' noenhanced offset 0,0.6
set ylabel Y_LABEL noenhanced offset 0,0
set xrange [5:95]
set yrange [Y_MIN:Y_MAX]
set xtics 10,10 offset 0,0.3
set ytics offset 0.3,0 format '%g'
set key off
set arrow 1 from graph 0, first 0 to graph 1, first 0 nohead lw 0.8 \
    lc rgb GREY back

set terminal pdfcairo enhanced size 8.7cm,5.0cm font FONT.',10' \
    linewidth 0.7 dashlength 0.6 rounded
set output 'figure.pdf'
plot 'shift.dat' with linespoints pt 5 ps 0.45 lw 1.3 lc rgb REMOTE

set terminal svg size 660,380 font FONT.',16' linewidth 1.2 \
    dashlength 0.8 rounded background '#ffffff'
set output 'figure.svg'
replot
set output
