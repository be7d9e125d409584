//! Resizing against its definition, against Pillow, and at its edges.

use doublet::color::{Kernel, Target, from_rgb, resize};
use doublet::frame::{ColorInfo, Image};

use super::{Dice, rgb8};

/// An independent, slow resampler: every weight from the definition, in 64 bit, one sample at a time.
fn slow_resize(src: &[f64], (w, h): (usize, usize), (tw, th): (usize, usize), kernel: Kernel) -> Vec<f64> {
    fn weight(kernel: Kernel, x: f64) -> f64 {
        let x = x.abs();
        let pi = std::f64::consts::PI;
        match kernel {
            Kernel::Bilinear => f64::max(0.0, 1.0 - x),
            Kernel::Bicubic => {
                let a = -0.5;
                if x < 1.0 {
                    (a + 2.0) * x.powi(3) - (a + 3.0) * x.powi(2) + 1.0
                } else if x < 2.0 {
                    a * x.powi(3) - 5.0 * a * x.powi(2) + 8.0 * a * x - 4.0 * a
                } else {
                    0.0
                }
            }
            Kernel::Lanczos if x == 0.0 => 1.0,
            Kernel::Lanczos if x < 3.0 => 3.0 * (pi * x).sin() * (pi * x / 3.0).sin() / (pi * pi * x * x),
            Kernel::Gauss if x < 3.0 => (-0.5 * (x / 0.5).powi(2)).exp(),
            _ => 0.0,
        }
    }
    fn row(kernel: Kernel, from: usize, to: usize, j: usize) -> Vec<f64> {
        let scale = from as f64 / to as f64;
        let weights: Vec<f64> = (0..from)
            .map(|i| match kernel {
                Kernel::Box => {
                    let (a, b) = (j as f64 * scale, (j + 1) as f64 * scale);
                    f64::max(0.0, b.min(i as f64 + 1.0) - a.max(i as f64))
                }
                _ => weight(kernel, (i as f64 + 0.5 - (j as f64 + 0.5) * scale) / scale.max(1.0)),
            })
            .collect();
        let sum: f64 = weights.iter().sum();
        weights.iter().map(|v| v / sum).collect()
    }
    let mut out = Vec::new();
    for j in 0..th {
        let down = row(kernel, h, th, j);
        for i in 0..tw {
            let across = row(kernel, w, tw, i);
            let mut sum = 0.0;
            for y in 0..h {
                for x in 0..w {
                    sum += down[y] * across[x] * src[y * w + x];
                }
            }
            out.push(sum);
        }
    }
    out
}

#[test]
fn resize_equals_its_definition() {
    let mut dice = Dice::new(11);
    for kernel in Kernel::ALL {
        for ((w, h), (tw, th)) in [
            ((17, 13), (9, 6)),
            ((17, 13), (34, 26)),
            ((9, 8), (31, 3)),
            ((24, 10), (8, 5)),
            ((5, 4), (5, 9)),
            ((1, 1), (4, 3)),
            ((20, 30), (1, 1)),
            ((16, 9), (15, 8)),
        ] {
            let mut image = Image::new(w, h);
            image.data.iter_mut().for_each(|v| *v = dice.unit() * 1.5 - 0.25);
            let out = resize(&image, tw, th, kernel);
            for c in 0..3 {
                let src: Vec<f64> = image.channel(c).iter().map(|&v| f64::from(v)).collect();
                let want = slow_resize(&src, (w as usize, h as usize), (tw as usize, th as usize), kernel);
                for (got, want) in out.channel(c).iter().zip(&want) {
                    assert!((f64::from(*got) - want).abs() < 2e-6, "{kernel} {w}x{h} to {tw}x{th}: {got} {want}");
                }
            }
        }
    }
}

fn pillow_picture(w: u32, h: u32) -> Image {
    let mut image = Image::new(w, h);
    for channel in image.channels_mut() {
        for y in 0..h {
            for x in 0..w {
                channel[(y * w + x) as usize] = ((x * 37 + y * 101 + x * y * 13) % 256) as f32 / 255.0;
            }
        }
    }
    image
}

/// Values from Pillow 12 (`Image.resize` in mode F, `reducing_gap=None`).
#[test]
fn resize_equals_pillow() {
    #[rustfmt::skip]
    let small: [(Kernel, (u32, u32), [f32; 12]); 4] = [
        (Kernel::Bilinear, (7, 5), [0.2571962, 0.5169972, 0.5143978, 0.6537282, 0.4328872, 0.4627451, 0.4845316, 0.3869074, 0.5547019, 0.5117535, 0.5744986, 0.6520208]),
        (Kernel::Bicubic, (7, 5), [0.235091, 0.5372245, 0.5181671, 0.6504675, 0.4280426, 0.4762407, 0.4760903, 0.3627907, 0.565008, 0.4988069, 0.5634487, 0.6670805]),
        (Kernel::Lanczos, (7, 5), [0.2308508, 0.5565849, 0.5299522, 0.6261577, 0.422829, 0.4928602, 0.461718, 0.3531571, 0.5674731, 0.4896927, 0.5414173, 0.6931655]),
        (Kernel::Box, (8, 6), [0.2833334, 0.6245098, 0.4637255, 0.5539216, 0.3735294, 0.4166667, 0.4598039, 0.5029412, 0.7147059, 0.4598039, 0.7068627, 0.4519608]),
    ];
    for (kernel, (w, h), want) in small {
        let got = resize(&pillow_picture(w, h), 4, 3, kernel);
        for (got, want) in got.channel(1).iter().zip(want) {
            assert!((got - want).abs() < 1e-6, "{kernel}: {got} {want}");
        }
    }
    #[rustfmt::skip]
    let large: [(Kernel, [[f32; 10]; 3]); 3] = [
        (Kernel::Bilinear, [
            [0.0, 0.0798039, 0.1813726, 0.2829412, 0.3845098, 0.4860784, 0.5876471, 0.6892157, 0.7907843, 0.8705882],
            [0.6683823, 0.4158946, 0.2670956, 0.4288848, 0.590674, 0.6426593, 0.5660172, 0.2446691, 0.2339093, 0.3610294],
            [0.5803922, 0.7723529, 0.7656863, 0.3072549, 0.5013726, 0.7456863, 0.9398039, 0.4813726, 0.4747059, 0.6666667],
        ]),
        (Kernel::Bicubic, [
            [-0.0370665, 0.0377226, 0.148287, 0.2472878, 0.3409475, 0.4681076, 0.618158, 0.717222, 0.8260933, 0.9008824],
            [0.7772707, 0.4220333, 0.1683307, 0.3858151, 0.6236531, 0.7267174, 0.611005, 0.1542538, 0.1267788, 0.3008867],
            [0.58753, 0.8434164, 0.8294642, 0.2496495, 0.473931, 0.834661, 1.0025518, 0.4226739, 0.4104148, 0.6663013],
        ]),
        (Kernel::Lanczos, [
            [-0.0336322, 0.0164808, 0.1211253, 0.2185955, 0.301488, 0.4579635, 0.6490771, 0.7233339, 0.8249078, 0.9009895],
            [0.859306, 0.4786422, 0.122543, 0.3640334, 0.6684624, 0.8258301, 0.6129802, 0.0952241, 0.0480832, 0.2679972],
            [0.5931317, 0.8942431, 0.8140323, 0.2250498, 0.404084, 0.9583539, 1.0221548, 0.4014801, 0.3436153, 0.6640532],
        ]),
    ];
    for (kernel, rows) in large {
        let got = resize(&pillow_picture(7, 5), 10, 8, kernel);
        for (y, want) in [0usize, 3, 7].into_iter().zip(rows) {
            for (got, want) in got.channel(0)[y * 10..y * 10 + 10].iter().zip(want) {
                assert!((got - want).abs() < 1e-6, "{kernel} row {y}: {got} {want}");
            }
        }
    }
}

#[test]
fn resize_keeps_flat_pictures_flat_and_bears_empty_ones() {
    let mut image = Image::new(37, 21);
    image.data.fill(0.7);
    for kernel in Kernel::ALL {
        assert_eq!(kernel.to_string().parse::<Kernel>(), Ok(kernel));
        for (w, h) in [(5, 3), (80, 60), (37, 21), (1, 1), (36, 22), (0, 0)] {
            let out = resize(&image, w, h, kernel);
            assert_eq!((out.width, out.height), (w.max(1), h.max(1)));
            assert!(out.data.iter().all(|v| (v - 0.7).abs() < 1e-6), "{kernel} {w}x{h}");
        }
        assert_eq!(resize(&Image::new(0, 0), 3, 2, kernel).data, vec![0.0; 18]);
    }
    let empty = Target { width: 0, height: 4, layout: rgb8(), color: ColorInfo::default() };
    assert!(from_rgb(&image, &empty).unwrap_err().to_string().contains("0x4"));
    assert!("cubic".parse::<Kernel>().unwrap_err().contains("bicubic"));
}
