//! A product with something in it, on a fresh database.

use api::{Api, Options, Route};
use app::cx::{App, Settings};
use testkit::Fresh;

/// The door and what is behind it.
pub struct World {
    pub api: Api,
    pub app: App,
    _fresh: Fresh,
}

/// The product's own routes over an empty database.
pub async fn world() -> World {
    world_with(api::routes()).await
}

/// Any routes over an empty database.
pub async fn world_with(routes: Vec<Route>) -> World {
    let fresh = testkit::sqlite().await;
    let (outside, _) = testkit::outside(7);
    let settings = Settings { public_url: "http://crm.example".into(), seal_key: [7; 32], demo: false, cheap_hashing: true };
    let app = App::new(fresh.store.clone(), outside, settings);
    World { api: Api::with_routes(app.clone(), routes, Options::default()), app, _fresh: fresh }
}
