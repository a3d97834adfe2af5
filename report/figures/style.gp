# The look that all figures share.  Constant: no value of a run comes in here.
set encoding utf8
set border 3 lw 0.8 lc rgb '#444444'
set tics nomirror out scale 0.6 tc rgb '#222222'
set grid ytics lc rgb '#dddddd' lw 0.6 lt 1
set key Left reverse samplen 1.6 spacing 1.1 width 1 font ',9' noenhanced
FONT = 'Latin Modern Roman'

# Okabe-Ito, by role.  Never hue alone: dash and marker differ as well.
LOCAL = '#0072B2'; LOCAL_BAND = '#8fc1e3'; LOCAL_PALE = '#d6e8f5'
REMOTE = '#D55E00'; REMOTE_BAND = '#f0a877'; REMOTE_PALE = '#fbe3d3'
UDP = '#009E73'; UDP_BAND = '#a6dccb'
GREY = '#777777'; GAP = '#e4e4e4'; WARMUP = '#f4f4f4'
