# RTT against percentile, from the files in the current folder; labels.gp sets
# the tics and what is written in capitals.
set logscale xy
load 'labels.gp'

set xlabel 'percentile of the answered messages (%)' offset 0,0.6
set ylabel 'RTT' offset 1.2,0
set xrange [1:X_MAX]
set yrange [Y_MIN:Y_MAX]
set xtics offset 0,0.3 noenhanced
set ytics offset 0.3,0 noenhanced
set grid xtics ytics
set key outside top center horizontal maxrows 2

# An open loop: from when a message was due, and from when it was sent.
OPEN = ''
if (HAS_SERVICE) { OPEN = OPEN.", 'service-known.dat' with lines lw 1.3 \
    dt (5,4) lc rgb GREY title 'open loop, service', \
    'service-rest.dat' with lines lw 1 dt (2,6) lc rgb GREY notitle" }
if (HAS_RESPONSE) { OPEN = OPEN.", 'response-known.dat' with lines lw 1.8 \
    dt (16,6,3,6) lc rgb UDP title 'open loop, response', \
    'response-rest.dat' with lines lw 1.3 dt (2,6) lc rgb UDP notitle" }

set terminal pdfcairo enhanced size 8.7cm,5.8cm font FONT.',10' \
    linewidth 0.7 dashlength 0.6 rounded
set output 'figure.pdf'
eval "plot for [i=1:HAS_RESPONSE] 'response-band.dat' with filledcurves \
        fs solid noborder fc rgb UDP_BAND notitle, \
    for [i=1:HAS_LOCAL] 'local-band.dat' with filledcurves \
        fs solid noborder fc rgb LOCAL_BAND notitle, \
    for [i=1:HAS_REMOTE] 'remote-band.dat' with filledcurves \
        fs solid noborder fc rgb REMOTE_BAND notitle, \
    for [i=1:HAS_LOCAL] 'local-known.dat' with lines lw 1.8 lc rgb LOCAL \
        title LOCAL_NAME, \
    for [i=1:HAS_LOCAL] 'local-rest.dat' with lines lw 1.3 dt (2,6) \
        lc rgb LOCAL notitle, \
    for [i=1:HAS_REMOTE] 'remote-known.dat' with lines lw 1.8 dt (14,7) \
        lc rgb REMOTE title REMOTE_NAME, \
    for [i=1:HAS_REMOTE] 'remote-rest.dat' with lines lw 1.3 dt (2,6) \
        lc rgb REMOTE notitle".OPEN

set terminal svg size 660,446 font FONT.',16' linewidth 1.2 \
    dashlength 0.8 rounded background '#ffffff'
set key font ',14'
set output 'figure.svg'
replot
set output
