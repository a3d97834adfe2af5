# The ratio of B to A, pair by pair, and the estimate over all of them below,
# from the files in the current folder; labels.gp sets what is written in
# capitals.
load 'labels.gp'

if (IS_LOG) set logscale x
set xlabel X_LABEL noenhanced offset 0,0.6
set ylabel 'pair of runs' offset 1.2,0
set xrange [X_MIN:X_MAX]
set yrange [Y_END:0.2]
set ytics ('all' Y_ALL) offset 0.3,0
set for [i=1:N:Y_STEP] ytics add (sprintf('%d', i) i)
set xtics offset 0,0.3 format '%g'
set grid noytics xtics
set key outside top center horizontal maxrows 1
if (BAND_HI > X_MIN && BAND_LO < X_MAX) {
    set object 1 rect from first BAND_LO, graph 0 to first BAND_HI, graph 1 \
        fs solid noborder fc rgb GAP behind
    set arrow 1 from first 1, graph 0 to first 1, graph 1 nohead lw 0.8 \
        lc rgb GREY back
}
set arrow 2 from graph 0, first (N + Y_ALL) / 2 \
    to graph 1, first (N + Y_ALL) / 2 nohead lw 0.6 dt (4,4) lc rgb GREY back

set terminal pdfcairo enhanced size 8.7cm,5.8cm font FONT.',10' \
    linewidth 0.7 dashlength 0.6 rounded
set output 'figure.pdf'
plot 'pairs.dat' using 2:1:3:4 with xerrorbars pt 7 ps 0.45 lw 1.1 \
        lc rgb REMOTE title 'pair', \
    'all.dat' with filledcurves closed fs solid border lc rgb 'black' \
        fc rgb 'black' title ALL_TITLE noenhanced, \
    NaN with boxes fs solid noborder fc rgb GAP title BAND_TITLE noenhanced

set terminal svg size 660,440 font FONT.',16' linewidth 1.2 \
    dashlength 0.8 rounded background '#ffffff'
set key font ',14'
set output 'figure.svg'
replot
set output
