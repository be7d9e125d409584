//! What honest people do, and filters of the reference FFmpeg, whatever they are made for.

use crate::figures::Kind;

/// What honest people do, as arguments of FFmpeg; encoders are named first, so that attacks can go before and after.
#[rustfmt::skip]
pub static HONEST: &[(&str, &str)] = &[
    ("x264 crf 18", "-c:v libx264 -crf 18"),
    ("x264 crf 23", "-c:v libx264 -crf 23"),
    ("x264 crf 28", "-c:v libx264 -crf 28"),
    ("x264 crf 33", "-c:v libx264 -crf 33"),
    ("x264 crf 38", "-c:v libx264 -crf 38"),
    ("x264 crf 44", "-c:v libx264 -crf 44"),
    ("x264 crf 33 no deblocking", "-c:v libx264 -crf 33 -x264-params no-deblock=1"),
    ("x264 crf 28 grain", "-c:v libx264 -crf 28 -tune grain"),
    ("x264 crf 28 psnr", "-c:v libx264 -crf 28 -tune psnr"),
    ("x265 crf 22", "-c:v libx265 -preset fast -crf 22 -x265-params log-level=none:pools=1"),
    ("x265 crf 30", "-c:v libx265 -preset fast -crf 30 -x265-params log-level=none:pools=1"),
    ("x265 crf 40", "-c:v libx265 -preset fast -crf 40 -x265-params log-level=none:pools=1"),
    ("svtav1 crf 22", "-c:v libsvtav1 -preset 9 -crf 22 -svtav1-params lp=1"),
    ("svtav1 crf 35", "-c:v libsvtav1 -preset 9 -crf 35 -svtav1-params lp=1"),
    ("svtav1 crf 45", "-c:v libsvtav1 -preset 9 -crf 45 -svtav1-params lp=1"),
    ("svtav1 crf 58", "-c:v libsvtav1 -preset 9 -crf 58 -svtav1-params lp=1"),
    ("svtav1 crf 35 film grain", "-c:v libsvtav1 -preset 9 -crf 35 -svtav1-params lp=1:film-grain=20"),
    ("vp9 crf 20", "-c:v libvpx-vp9 -deadline realtime -cpu-used 5 -crf 20 -b:v 0"),
    ("vp9 crf 35", "-c:v libvpx-vp9 -deadline realtime -cpu-used 5 -crf 35 -b:v 0"),
    ("vp9 crf 55", "-c:v libvpx-vp9 -deadline realtime -cpu-used 5 -crf 55 -b:v 0"),
    ("mpeg2 q 4", "-c:v mpeg2video -q:v 4"),
    ("mpeg2 q 16", "-c:v mpeg2video -q:v 16"),
    ("half size, x264 crf 26", "-vf scale=trunc(iw/4)*2:trunc(ih/4)*2:flags=bicubic -c:v libx264 -crf 26"),
    ("half size, svtav1 crf 35", "-vf scale=trunc(iw/4)*2:trunc(ih/4)*2:flags=lanczos -c:v libsvtav1 -preset 9 -crf 35 -svtav1-params lp=1"),
    ("half bicubic", "-vf scale=iw/2:ih/2:flags=bicubic,scale=iw*2:ih*2:flags=bicubic"),
    ("half lanczos", "-vf scale=iw/2:ih/2:flags=lanczos,scale=iw*2:ih*2:flags=lanczos"),
    ("half bilinear", "-vf scale=iw/2:ih/2:flags=bilinear,scale=iw*2:ih*2:flags=bilinear"),
    ("half spline", "-vf scale=iw/2:ih/2:flags=area,scale=iw*2:ih*2:flags=spline"),
    ("blur .6", "-vf gblur=sigma=0.6"),
    ("blur 1.2", "-vf gblur=sigma=1.2"),
    ("denoise", "-vf hqdn3d=4"),
    ("denoise, regrain", "-vf hqdn3d=4,noise=alls=7:allf=t"),
    ("grain 4", "-vf noise=c0s=8:c0f=t"),
    ("grain 8", "-vf noise=c0s=16:c0f=t"),
    ("deblock", "-vf deblock=filter=strong:block=8"),
    ("x264 crf 28 fastest", "-c:v libx264 -crf 28 -preset ultrafast"),
    ("x264 crf 28 slowest", "-c:v libx264 -crf 28 -preset veryslow"),
    ("x264 crf 28 animation", "-c:v libx264 -crf 28 -tune animation"),
    ("x264 crf 28 still", "-c:v libx264 -crf 28 -tune stillimage"),
    ("x264 crf 33 strong psy", "-c:v libx264 -crf 33 -psy-rd 2:0.7"),
    ("x264 crf 28 no aq", "-c:v libx264 -crf 28 -x264-params aq-mode=0"),
    ("x264 crf 28 dark aq", "-c:v libx264 -crf 28 -x264-params aq-mode=3:aq-strength=1.4"),
    ("x265 crf 28 grain", "-c:v libx265 -preset fast -crf 28 -tune grain -x265-params log-level=none:pools=1"),
    ("svtav1 crf 30 film grain 50", "-c:v libsvtav1 -preset 9 -crf 30 -svtav1-params lp=1:film-grain=50"),
    ("libaom crf 40", "-c:v libaom-av1 -cpu-used 8 -usage realtime -crf 40 -b:v 0"),
    ("mpeg4 q 6", "-c:v mpeg4 -q:v 6"),
    ("two thirds lanczos, x264 crf 23", "-vf scale=trunc(iw/3)*2:trunc(ih/3)*2:flags=lanczos -c:v libx264 -crf 23"),
    ("third spline, x265 crf 24", "-vf scale=trunc(iw/6)*2:trunc(ih/6)*2:flags=spline -c:v libx265 -preset fast -crf 24 -x265-params log-level=none:pools=1"),
];

/// Encodes before which attacks are made, and encodes after which they are.
pub static BEFORE: &[usize] = &[1, 3, 10, 13, 18];
pub static AFTER: &[usize] = &[0, 3, 4, 14, 11];

/// Filters of FFmpeg: what they are, family, name, filter (spaces and all). Each is tried alone, before an encode and
/// after one.
#[rustfmt::skip]
pub static FILTERS: &[(Kind, &str, &str, &str)] = &[
    (Kind::Attack, "unsharp", "ffmpeg unsharp 5x5 .5", "unsharp=5:5:0.5"),
    (Kind::Attack, "unsharp", "ffmpeg unsharp 3x3 1", "unsharp=3:3:1.0"),
    (Kind::Attack, "unsharp", "ffmpeg unsharp 13x13 .5", "unsharp=13:13:0.5"),
    (Kind::Attack, "unsharp", "ffmpeg unsharp 13x13 1", "unsharp=13:13:1.0"),
    (Kind::Attack, "contrast", "ffmpeg eq contrast 1.05", "eq=contrast=1.05"),
    (Kind::Attack, "contrast", "ffmpeg eq contrast 1.15", "eq=contrast=1.15"),
    (Kind::Attack, "contrast slight", "ffmpeg eq contrast 1.02", "eq=contrast=1.02"),
    (Kind::Attack, "contrast slight", "ffmpeg eq contrast 1.03", "eq=contrast=1.03"),
    (Kind::Attack, "contrast", "ffmpeg colorlevels", "colorlevels=rimin=.04:gimin=.04:bimin=.04:rimax=.96:gimax=.96:bimax=.96"),
    (Kind::Attack, "contrast less", "ffmpeg eq contrast .95", "eq=contrast=0.95"),
    (Kind::Attack, "curves", "ffmpeg curves increase contrast", "curves=preset=increase_contrast"),
    (Kind::Attack, "curves", "ffmpeg curves gentle", "curves=all='0/0 .25/.22 .75/.78 1/1'"),
    (Kind::Attack, "normalize", "ffmpeg normalize .3", "normalize=strength=.3:independence=0"),
    (Kind::Attack, "normalize", "ffmpeg normalize 1", "normalize=strength=1:independence=0"),
    (Kind::Attack, "histogram", "ffmpeg histeq .1", "histeq=strength=.1:intensity=.21"),
    (Kind::Attack, "histogram", "ffmpeg histeq .25", "histeq=strength=.25:intensity=.21"),
    (Kind::Attack, "cas", "ffmpeg cas .3", "cas=strength=.3"),
    (Kind::Attack, "cas", "ffmpeg cas .8", "cas=strength=.8"),
    (Kind::Attack, "smartblur sharpens", "ffmpeg smartblur -.5", "smartblur=lr=1.5:ls=-0.5:lt=0:cr=0.1:cs=0"),
    (Kind::Attack, "smartblur sharpens", "ffmpeg smartblur -1", "smartblur=lr=2:ls=-1:lt=3:cr=0.1:cs=0"),
    (Kind::Attack, "gamma", "ffmpeg eq gamma 1.1", "eq=gamma=1.1"),
    (Kind::Attack, "brightness", "ffmpeg eq brightness .03", "eq=brightness=.03"),
    (Kind::Attack, "chroma", "ffmpeg eq saturation 1.2", "eq=saturation=1.2"),
    (Kind::Attack, "chroma", "ffmpeg unsharp of chroma", "unsharp=lx=3:ly=3:la=0:cx=5:cy=5:ca=1.5"),
    (Kind::Attack, "saturation", "ffmpeg vibrance .4", "vibrance=intensity=.4"),
    (Kind::Honest, "honest filter", "ffmpeg nlmeans", "nlmeans=s=3:p=5:r=9"),
    (Kind::Honest, "honest filter", "ffmpeg bilateral", "bilateral=sigmaS=1.5:sigmaR=.06"),
    (Kind::Honest, "honest filter", "ffmpeg deband", "deband=range=16:blur=1"),
    (Kind::Honest, "honest filter", "ffmpeg gradfun", "gradfun=3:12"),
    (Kind::Honest, "honest filter", "ffmpeg median", "median=radius=1"),
    (Kind::Honest, "honest filter", "ffmpeg dctdnoiz", "dctdnoiz=s=4:n=3"),
    (Kind::Honest, "honest filter", "ffmpeg temporal denoise", "atadenoise"),
    (Kind::Honest, "honest filter", "ffmpeg pp deblock", "spp=4:8"),
];

/// Encodes after and before which filters are tried.
pub const BESIDE: (usize, usize) = (2, 3);
