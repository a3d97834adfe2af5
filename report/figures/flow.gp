# The lab's figure 1: what client and server do, in calls.  Constant; a unit is
# a millimetre of the printed page.
#
# $calls: centre of a box, role (0 server, 1 client, 2 slave), text
# $steps: from box to box below; $bytes: from box to box beside, over the network
# $turns: four corners of a way back
$calls << END
13 82 0 socket()
13 74 0 bind()
13 54 0 recvfrom()
13 38 0 sendto()
37 82 1 socket()
37 62 1 sendto()
37 30 1 recvfrom()
37 14 1 close()
68.5 82 0 socket()
68.5 74 0 bind()
68.5 66 0 listen()
68.5 54 0 accept()
68.5 38 0 recv()
68.5 30 0 send()
68.5 14 0 close()
92 82 1 socket()
92 62 1 connect()
92 46 1 send()
92 22 1 recv()
92 14 1 close()
120 82 0 socket()
120 74 0 bind()
120 66 0 listen()
120 54 0 accept()
120 46 0 "start slave"
145 38 2 recv()
145 30 2 send()
145 14 2 close()
168 82 1 socket()
168 62 1 connect()
168 46 1 send()
168 22 1 recv()
168 14 1 close()
END
$steps << END
13 82 13 74
13 74 13 54
13 54 13 38
37 82 37 62
37 62 37 30
37 30 37 14
68.5 82 68.5 74
68.5 74 68.5 66
68.5 66 68.5 54
68.5 54 68.5 38
68.5 38 68.5 30
68.5 30 68.5 14
92 82 92 62
92 62 92 46
92 46 92 22
92 22 92 14
120 82 120 74
120 74 120 66
120 66 120 54
120 54 120 46
145 38 145 30
145 30 145 14
168 82 168 62
168 62 168 46
168 46 168 22
168 22 168 14
END
$bytes << END
37 62 13 54
13 38 37 30
92 62 68.5 54
92 46 68.5 38
68.5 30 92 22
92 14 68.5 14
168 62 120 54
168 46 145 38
145 30 168 22
168 14 145 14
END
$turns << END
4.2 37 1.5 37 1.5 54 4.2 54
45.8 29 48.5 29 48.5 62 45.8 62
59.7 29.5 57 29.5 57 37.5 59.7 37.5
59.7 13.5 54.5 13.5 54.5 54 59.7 54
100.8 21.5 103.5 21.5 103.5 46 100.8 46
111.2 46 108.5 46 108.5 54 111.2 54
128.8 46 145 46 145 43 145 40.6
136.2 29.5 133 29.5 133 37.5 136.2 37.5
176.8 21.5 179.3 21.5 179.3 46 176.8 46
END
$heads << END
13 88 server
37 88 client
68.5 88 server
92 88 client
120 88 master
139.5 43.4 slave
168 88 client
END
$names << END
25 5 "(a) UDP"
80 5 "(b) TCP, one thread"
144 5 "(c) TCP, master and slaves"
END

HALF = 8.8; HIGH = 2.7 # of a box
FILL = "0xd6e8f5 0xfbe3d3 0xd9efe4"
fill(role) = int(real(word(FILL, int(role) + 1)))
side(from, to) = to < from ? -HALF : HALF

unset border
unset tics
unset grid
unset key
set margins 0, 0, 0, 0
set xrange [0:180]
set yrange [2:91]
set style arrow 1 head filled size 1.6,14 lw 1.1 lc rgb '#444444'
set style arrow 2 head filled size 1.6,14 lw 1.1 dt (10,7) lc rgb REMOTE
set style arrow 3 nohead lw 1.1 lc rgb '#444444'

set terminal pdfcairo enhanced size 18cm,8.9cm font FONT.',9' \
    linewidth 0.7 dashlength 0.6 rounded
set output 'figure.pdf'
plot $calls using 1:2:(HALF):(HIGH):(fill($3)) with boxxyerror \
        fs solid border rgb '#444444' lw 0.9 fc rgb variable, \
    $steps using 1:($2-HIGH):(0):($4-$2+2*HIGH) with vectors as 1, \
    $bytes using ($1+side($1,$3)):2:($3-$1-2*side($1,$3)):($4-$2) \
        with vectors as 2, \
    $turns using 1:2:($3-$1):($4-$2) with vectors as 3, \
    $turns using 3:4:($5-$3):($6-$4) with vectors as 3, \
    $turns using 5:6:($7-$5):($8-$6) with vectors as 1, \
    $calls using 1:2:4 with labels noenhanced, \
    $heads using 1:2:3 with labels font ',9' tc rgb '#555555', \
    $names using 1:2:3 with labels font ',10' noenhanced

set terminal svg size 1200,593 font FONT.',19' linewidth 1.2 \
    dashlength 0.8 rounded background '#ffffff'
set output 'figure.svg'
replot
set output
