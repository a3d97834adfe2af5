# The ratio of B to A, pair by pair, from the files in the current folder;
# labels.gp sets what is written in capitals.
load 'labels.gp'

if (IS_LOG) set logscale y
set xlabel 'pair of runs' offset 0,0.6
set ylabel 'median RTT, B / A' offset 0.8,0
set xrange [0.2:X_ALL + 0.8]
set yrange [Y_MIN:Y_MAX]
set xtics ('all' X_ALL) offset 0,0.3
set for [i=1:N:X_STEP] xtics add (sprintf('%d', i) i)
set ytics offset 0.3,0 format '%g'
set key outside top center horizontal maxrows 1
set object 1 rect from graph 0, first BAND_LO to graph 1, first BAND_HI \
    fs solid noborder fc rgb GAP behind
set arrow 1 from graph 0, first 1 to graph 1, first 1 nohead lw 0.8 \
    lc rgb GREY back
set arrow 2 from N + 1, graph 0 to N + 1, graph 1 nohead lw 0.6 dt (4,4) \
    lc rgb GREY back

set terminal pdfcairo enhanced size 8.7cm,5.4cm font FONT.',10' \
    linewidth 0.7 dashlength 0.6 rounded
set output 'figure.pdf'
plot 'pairs.dat' with yerrorbars pt 7 ps 0.45 lw 1.1 lc rgb REMOTE \
        title 'pair', \
    'all.dat' with yerrorbars pt 13 ps 0.9 lw 1.4 lc rgb 'black' \
        title ALL_TITLE noenhanced, \
    NaN with boxes fs solid noborder fc rgb GAP title BAND_TITLE noenhanced

set terminal svg size 660,410 font FONT.',16' linewidth 1.2 \
    dashlength 0.8 rounded background '#ffffff'
set key font ',14'
set output 'figure.svg'
replot
set output
