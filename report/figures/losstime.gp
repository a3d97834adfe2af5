# Loss over time, and below it how many messages were lost in a row, from the
# files in the current folder; labels.gp sets what is written in capitals.
load 'labels.gp'

set xrange [0:X_MAX]
set xtics offset 0,0.3
set ytics offset 0.3,0
set lmargin at screen 0.145
set rmargin at screen 0.985

do for [i=1:2] {
    if (i == 1) {
        set terminal pdfcairo enhanced size 8.7cm,5.8cm font FONT.',10' \
            linewidth 0.7 dashlength 0.6 rounded
        set output 'figure.pdf'
    } else {
        set terminal svg size 660,440 font FONT.',16' linewidth 1.2 \
            dashlength 0.8 rounded background '#ffffff'
        set key font ',14'
        set output 'figure.svg'
    }
    set multiplot
    set tmargin at screen 0.89
    set bmargin at screen 0.42
    set yrange [0:Y_MAX]
    set ytics auto
    set xtics format ''
    set xlabel ''
    set ylabel Y_LABEL noenhanced offset 0.8,0
    set key outside top center horizontal maxrows 1
    plot 'bars.dat' with boxes fs solid border rgb UDP lw 0.5 \
            fc rgb UDP_BAND title 'lost', \
        MEAN with lines lw 1.5 lc rgb 'black' title 'run', \
        LO with lines lw 1.1 dt (4,4) lc rgb 'black' title '95 %', \
        HI with lines lw 1.1 dt (4,4) lc rgb 'black' notitle
    set tmargin at screen 0.36
    set bmargin at screen 0.18
    unset key
    set yrange [0:LONGEST*1.1]
    set ytics (0, LONGEST)
    set xtics format '%g'
    set xlabel X_LABEL noenhanced offset 0,0.6
    set ylabel 'in a row' offset 0.8,0
    plot 'rug.dat' with impulses lw 1.1 lc rgb UDP
    unset multiplot
}
set output
