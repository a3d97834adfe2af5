# RTT over time as a map of counts, from the files in the current folder;
# labels.gp sets the tics and what is written in capitals.  Darker is more, on
# paper too.
load 'labels.gp'

NONE = -0.1 * MOST # what is below is as white as this
set palette defined (NONE '#ffffff', -0.001 '#ffffff', 0 '#f4e61e', \
    0.25*MOST '#6ccd5a', 0.5*MOST '#1f9e89', 0.75*MOST '#3e4a89', MOST '#440154')
set cbrange [NONE:MOST]
# Above the bar: beside long counts it would be off the paper.
set label 1 'messages in a cell' at screen 0.985, graph 1 right offset 0,0.7
set rmargin at screen 0.82
set tmargin 1.5
set cbtics offset -0.5,0 noenhanced
set xlabel X_LABEL noenhanced offset 0,0.6
set ylabel 'RTT' offset 1.2,0
set xrange [0:X_MAX]
set yrange [0:Y_MAX]
set xtics offset 0,0.3
set ytics offset 0.3,0 noenhanced
unset key
unset grid

set terminal pdfcairo enhanced size 8.7cm,5.6cm font FONT.',10' \
    linewidth 0.7 dashlength 0.6 rounded
set output 'figure.pdf'
plot 'cells.dat' with image

set terminal svg size 660,425 font FONT.',16' linewidth 1.2 \
    dashlength 0.8 rounded background '#ffffff'
set output 'figure.svg'
replot
set output
