# Local and remote rate on one logarithmic axis, from the files in the current
# folder; labels.gp sets what is written in capitals.
load 'labels.gp'

set style textbox opaque noborder margins 0.2,0.2
set logscale y
set yrange [Y_MIN:Y_MAX]
set ytics offset 0.3,0 format '%g'
set xtics offset 0,0.3
set xlabel 'time since first message (s)' offset 0,0.6
set grid ytics
set tmargin 2.2
set key outside top right horizontal maxrows 1
set bmargin 2.8

do for [i=1:2] {
    if (i == 1) {
        set terminal pdfcairo enhanced size 18cm,5.4cm font FONT.',10' \
            linewidth 0.7 dashlength 0.6 rounded
        set output 'figure.pdf'
    } else {
        set terminal svg size 1360,408 font FONT.',16' linewidth 1.2 \
            dashlength 0.8 rounded background '#ffffff'
        set key font ',14'
        set output 'figure.svg'
    }
    set multiplot
    set lmargin at screen 0.07
    set rmargin at screen 0.515
    set ylabel 'echo rate (Mbit/s)' offset 0.8,0
    set ytics format '%g'
    set xrange [0:END_1]
    set label 1 'local' at graph 0, screen 0.955 left
    plot 'local.dat' using 1:2:3 with filledcurves fs solid noborder \
            fc rgb LOCAL_BAND title '5–95 %', \
        'local.dat' using 1:4 with lines lw 1.8 lc rgb LOCAL title 'median'
    set lmargin at screen 0.545
    set rmargin at screen 0.99
    unset ylabel
    set ytics format ''
    set xrange [0:END_2]
    set label 1 'remote' at graph 0, screen 0.955 left
    if (exists('RATIO')) {
        set arrow 3 from graph 0.08, first MEDIAN_1 to graph 0.08, \
            first MEDIAN_2 head size screen 0.008,20 filled lw 0.8 lc rgb GREY
        times = strstrt(RATIO, ' x ')
        set label 3 RATIO[1:times].'×'.RATIO[times + 2:*] noenhanced front boxed at graph 0.1, \
            first sqrt(MEDIAN_1 * MEDIAN_2) left
    }
    plot MEDIAN_1 with lines lw 1.2 dt (5,6) lc rgb LOCAL \
            title 'local median', \
        'remote.dat' using 1:2:3 with filledcurves fs solid noborder \
            fc rgb REMOTE_BAND title '5–95 %', \
        'remote.dat' using 1:4 with lines lw 1.8 lc rgb REMOTE title 'median'
    unset arrow 3
    unset label 3
    unset multiplot
}
set output
