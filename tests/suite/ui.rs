//! The window, driven by keys and mouse with no screen, over an engine that is none.

#[path = "ui/fake.rs"]
mod fake;

use std::cell::RefCell;
use std::rc::Rc;

use doublet::ui::App;
use egui_kittest::{Harness, kittest::Queryable};

use fake::{Fake, Log};

/// Uses the software Vulkan driver where there is one, so that results do not depend on the machine's graphics card.
fn software_vulkan() {
    const ICD: &str = "/usr/share/vulkan/icd.d/lvp_icd.x86_64.json";
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        if std::path::Path::new(ICD).is_file() && std::env::var_os("VK_ICD_FILENAMES").is_none() {
            // Kept by kittest's own choice of a CPU adapter; nothing to set when the variable is given.
        }
    });
}

struct Window {
    harness: Harness<'static, App>,
    log: Rc<RefCell<Log>>,
}

fn open(fake: Fake, size: (f32, f32)) -> Window {
    software_vulkan();
    let log = fake.log.clone();
    let harness = Harness::builder()
        .with_size(egui::vec2(size.0, size.1))
        .with_step_dt(1.0 / 60.0)
        .with_max_steps(8)
        .wgpu()
        .build_eframe(|cc| App::new(cc, Box::new(fake)));
    Window { harness, log }
}

#[test]
#[ignore = "writes pictures to look at: cargo test --test main ui::look -- --ignored"]
fn look() {
    let out = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/look");
    std::fs::create_dir_all(&out).unwrap();
    for (w, h) in [(1600.0, 1000.0), (1100.0, 700.0)] {
        let mut window = open(Fake::four((768, 432)), (w, h));
        let shoot = |window: &mut Window, name: &str| {
            window.harness.run_steps(3);
            window.harness.render().unwrap().save(out.join(format!("{name}-{w}.png"))).unwrap();
        };
        shoot(&mut window, "split");
        window.harness.key_press(egui::Key::B);
        shoot(&mut window, "side");
        window.harness.key_press(egui::Key::D);
        window.harness.key_press(egui::Key::M);
        shoot(&mut window, "difference");
        window.harness.key_press(egui::Key::F);
        shoot(&mut window, "flicker");
        window.harness.key_press(egui::Key::H);
        shoot(&mut window, "help");
        let mut window = open(Fake::empty(), (w, h));
        shoot(&mut window, "empty");
    }
}
