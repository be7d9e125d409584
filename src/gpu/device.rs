//! Finding and opening a device.

use super::GpuError;

/// A device, its queue, and what is known of the adapter behind them. Cheap to clone; all clones are one device.
#[derive(Clone, Debug)]
pub struct Gpu {
    pub info: wgpu::AdapterInfo,
    pub device: wgpu::Device,
    pub queue: wgpu::Queue,
}

impl Gpu {
    /// Opens a device with no window: the first of a real GPU, any other adapter, a software one. The environment
    /// variables WGPU_BACKEND and WGPU_ADAPTER_NAME narrow the choice.
    ///
    /// # Errors
    /// [`GpuError::NoAdapter`] where the machine has none; [`GpuError::Device`] when it cannot be opened.
    pub fn headless() -> Result<Self, GpuError> {
        pollster::block_on(Self::open())
    }

    async fn open() -> Result<Self, GpuError> {
        let descriptor = wgpu::InstanceDescriptor::new_without_display_handle_from_env();
        let instance = wgpu::Instance::new(descriptor);
        let named = wgpu::util::initialize_adapter_from_env(&instance, None).await.ok();
        let adapter = match named {
            Some(adapter) => adapter,
            None => {
                let wish = wgpu::RequestAdapterOptions {
                    power_preference: wgpu::PowerPreference::HighPerformance,
                    ..Default::default()
                };
                instance.request_adapter(&wish).await.map_err(|e| GpuError::NoAdapter(e.to_string()))?
            }
        };
        let info = adapter.get_info();
        let (device, queue) = adapter
            .request_device(&device_descriptor(&adapter))
            .await
            .map_err(|e| GpuError::Device { adapter: info.name.clone(), reason: e.to_string() })?;
        // The default handler ends the program; a picture drawn wrongly is the lesser evil, and the log says why.
        device.on_uncaptured_error(std::sync::Arc::new(|error| log::error!("graphics device: {error}")));
        Ok(Self { info, device, queue })
    }

    /// The window's own device.
    pub fn from_parts(info: wgpu::AdapterInfo, device: wgpu::Device, queue: wgpu::Queue) -> Self {
        Self { info, device, queue }
    }

    /// One line for people: "llvmpipe (LLVM 15), Vulkan, software".
    pub fn description(&self) -> String {
        let kind = match self.info.device_type {
            wgpu::DeviceType::DiscreteGpu => "graphics card",
            wgpu::DeviceType::IntegratedGpu => "integrated graphics",
            wgpu::DeviceType::VirtualGpu => "virtual graphics",
            wgpu::DeviceType::Cpu => "software",
            wgpu::DeviceType::Other => "kind unknown",
        };
        format!("{}, {:?}, {kind}", self.info.name, self.info.backend)
    }

    /// Whether the "graphics device" is a program on the processor.
    pub fn is_software(&self) -> bool {
        self.info.device_type == wgpu::DeviceType::Cpu
    }

    /// Whether it runs compute shaders with workgroups of 256 threads.
    pub fn computes(&self) -> bool {
        self.device.limits().max_compute_invocations_per_workgroup >= 256
    }

    /// The longest side a texture may have, in texels.
    pub fn max_side(&self) -> u32 {
        self.device.limits().max_texture_dimension_2d
    }
}

/// What is asked of an adapter, for a window or without one: no features, the limits that any adapter has (OpenGL ES 3
/// for OpenGL, WebGPU's own otherwise, lowered where the adapter has less), and textures as large as it takes.
pub fn device_descriptor(adapter: &wgpu::Adapter) -> wgpu::DeviceDescriptor<'static> {
    let has = adapter.limits();
    let base = if adapter.get_info().backend == wgpu::Backend::Gl {
        wgpu::Limits::downlevel_webgl2_defaults()
    } else {
        wgpu::Limits::default()
    };
    let side = has.max_texture_dimension_2d;
    let limits = wgpu::Limits { max_texture_dimension_2d: side, ..base.or_worse_values_from(&has) };
    wgpu::DeviceDescriptor { label: Some("doublet"), required_limits: limits, ..Default::default() }
}
