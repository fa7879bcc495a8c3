//! The laws: how rows are cut, what is forgotten, asked twice or left half done never changes a bit.

mod support;

use lloyd::assign::Algorithm;
use lloyd::assign::clusters::Clusters;
use lloyd::race::Runner;
use lloyd::shard::{Draw, Shard};
use proptest::prelude::*;
use support::*;

const ALGORITHMS: [Algorithm; 7] = [
    Algorithm::Hamerly,
    Algorithm::Elkan,
    Algorithm::Yinyang,
    Algorithm::Projected,
    Algorithm::Filtering,
    Algorithm::Auto,
    Algorithm::Lloyd,
];

#[derive(Clone, Debug)]
struct Case {
    values: Vec<f32>,
    weights: Option<Vec<f64>>,
    d: usize,
    k: usize,
    seed: u64,
    /// Row numbers where the rows are cut.
    cuts: Vec<usize>,
}

fn cases() -> impl Strategy<Value = Case> {
    let clusters = prop_oneof![4 => 1usize..20, 1 => 20usize..=300];
    let columns = prop_oneof![4 => 1usize..12, 1 => 12usize..=70];
    let sizes = (kinds(), 2usize..700, columns, clusters, any::<bool>());
    (sizes, 0u64..1 << 40, prop::collection::vec(0.0f64..1.0, 0..6)).prop_map(
        |((kind, n, d, k, weighted), seed, cuts)| {
            let mut cuts: Vec<usize> = cuts.into_iter().map(|c| (c * n as f64) as usize).chain([0, n]).collect();
            cuts.sort_unstable();
            cuts.dedup();
            let weight =
                |i| (lloyd::race::uniform(seed, 99, i) * 8.0).floor() / 8.0 * lloyd::race::uniform(seed, 98, i);
            let weights = weighted.then(|| (0..n as u64).map(weight).collect());
            Case { values: values(kind, n, d, seed), weights, d, k, seed, cuts }
        },
    )
}

impl Case {
    fn whole(&self) -> Shard {
        shard(&self.values, self.d, 0, self.values.len() / self.d, self.weights.as_deref())
    }

    fn parts(&self) -> Vec<Shard> {
        self.cuts.windows(2).map(|w| shard(&self.values, self.d, w[0], w[1], self.weights.as_deref())).collect()
    }

    fn centroids(&self, stage: u64) -> Vec<f64> {
        centroids(&self.values, self.d, self.k, self.seed + stage)
    }
}

fn bits(values: &[f64]) -> Vec<u64> {
    // Adding 0.0 makes -0.0 and 0.0 the same: sums of nothing may be either.
    values.iter().map(|v| (v + 0.0).to_bits()).collect()
}

/// changed, counts, weights and sums of several holders.
fn merged<'a>(parts: impl Iterator<Item = (u32, &'a Clusters)>) -> (u32, Vec<u32>, Vec<u64>, Vec<u64>) {
    let all: Vec<_> = parts.collect();
    let add = |a: Vec<f64>, b: &Vec<f64>| a.iter().zip(b).map(|(a, b)| a + b).collect();
    let first = all[0].1;
    let zero = |v: &Vec<f64>| vec![0.0; v.len()];
    let counts = all.iter().fold(vec![0; first.k], |a, (_, c)| a.iter().zip(&c.counts).map(|(a, b)| a + b).collect());
    let weights = all.iter().fold(zero(&first.weights), |a, (_, c)| add(a, &c.weights));
    let sums = all.iter().fold(zero(&first.sums), |a, (_, c)| add(a, &c.sums));
    (all.iter().map(|(m, _)| m).sum(), counts, bits(&weights), bits(&sums))
}

fn assigned(shards: &[Shard]) -> (u32, Vec<u32>, Vec<u64>, Vec<u64>) {
    merged(shards.iter().rev().map(|s| (s.changed(), s.clusters().unwrap())))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Fitting with any cuts, forgetting, repeating, interrupting and skipping.
    #[cfg_attr(not(target_arch = "wasm32"), test)]
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    fn assign_depends_on_rows_and_question_alone(case in cases(), moods in prop::collection::vec(0u8..6, 24)) {
        let mut whole = [case.whole()];
        let mut parts = case.parts();
        for (i, part) in parts.iter_mut().enumerate() {
            part.algorithm = ALGORITHMS[(i + case.k) % ALGORITHMS.len()];
        }
        whole[0].algorithm = Algorithm::Lloyd;
        let mut moods = moods.into_iter().cycle();
        let mut previous: Option<Vec<f64>> = None;
        for turn in 0..4 {
            let centroids = case.centroids(turn);
            whole[0].begin_assign(case.k, &centroids, previous.as_deref()).unwrap();
            run(&mut whole[0]);
            for part in &mut parts {
                match moods.next().unwrap() {
                    0 => part.forget(),
                    1 => {
                        part.begin_assign(case.k, &centroids, previous.as_deref()).unwrap();
                        run(part);
                    }
                    2 => {
                        part.begin_assign(case.k, &case.centroids(77), previous.as_deref()).unwrap();
                        part.work(1);
                    }
                    3 => {
                        part.begin_assign(case.k + 1, &centroids_of(&case, case.k + 1), None).unwrap();
                        part.work(100);
                    }
                    4 => {
                        part.begin_partition(case.k, 3, turn).unwrap();
                        run(part);
                    }
                    _ => {}
                }
                part.begin_assign(case.k, &centroids, previous.as_deref()).unwrap();
                while part.work(64) {}
            }
            prop_assert_eq!(assigned(&parts), assigned(&whole));
            let labels: Vec<u32> = parts.iter().flat_map(|p| p.clusters().unwrap().labels.clone()).collect();
            prop_assert_eq!(&labels, &whole[0].clusters().unwrap().labels);
            for (i, row) in case.values.chunks_exact(case.d).enumerate() {
                prop_assert_eq!(labels[i], nearest(row, &centroids));
            }
            // Sums that followed every change equal sums made afresh.
            let mut afresh = [case.whole()];
            afresh[0].begin_assign(case.k, &centroids, None).unwrap();
            run(&mut afresh[0]);
            let (_, counts, weights, sums) = assigned(&afresh);
            let (changed, c, w, s) = assigned(&whole);
            prop_assert_eq!((counts, weights, sums), (c, w, s));
            if turn == 0 {
                prop_assert_eq!(changed as usize, case.values.len() / case.d);
            }
            previous = Some(centroids);
        }
    }

    /// Bounds against every distance, with centroids that creep, jump, rest and coincide.
    #[cfg_attr(not(target_arch = "wasm32"), test)]
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    fn bounds_never_change_a_label(case in cases(), ways in prop::collection::vec((-30i32..1, any::<bool>()), 12)) {
        let mut plain = [case.whole()];
        plain[0].algorithm = Algorithm::Lloyd;
        let mut bounded = ALGORITHMS.map(|algorithm| {
            let mut shard = case.whole();
            shard.algorithm = algorithm;
            [shard]
        });
        let mut previous: Option<Vec<f64>> = None;
        let mut centroids = case.centroids(0);
        for (turn, (way, mean)) in ways.into_iter().enumerate() {
            for shard in bounded.iter_mut().chain([&mut plain]) {
                shard[0].begin_assign(case.k, &centroids, previous.as_deref()).unwrap();
                run(&mut shard[0]);
            }
            for shard in &bounded {
                let which = shard[0].algorithm;
                prop_assert_eq!(assigned(shard), assigned(&plain), "{:?}, turn {}", which, turn);
                let labels = |s: &[Shard; 1]| s[0].clusters().unwrap().labels.clone();
                prop_assert_eq!(labels(shard), labels(&plain), "{:?}, turn {}", which, turn);
            }
            previous = Some(centroids.clone());
            if mean && case.weights.is_none() {
                let clusters = plain[0].clusters().unwrap();
                for (at, c) in centroids.iter_mut().enumerate() {
                    let count = clusters.counts[at / case.d];
                    *c = if count > 0 { clusters.sums[at] / count as f64 } else { *c };
                }
            } else {
                let step = 2f64.powi(way);
                for (at, c) in centroids.iter_mut().enumerate() {
                    *c += step * (lloyd::race::uniform(case.seed, turn as u64, at as u64) - 0.5);
                }
            }
        }
    }

    #[cfg_attr(not(target_arch = "wasm32"), test)]
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    fn draws_depend_on_rows_and_question_alone(case in cases(), places in 1usize..5, greatest: bool, forgets: bool) {
        let draw = if greatest { Draw::Greatest } else { Draw::Weighted };
        let d = case.d;
        let mut whole = case.whole();
        let mut parts = case.parts();
        for made in 0..4.min(case.values.len() / d) {
            let seeds = &case.values[..made * d];
            let candidates = &case.values[case.values.len() - (made % 2) * d..];
            let ask = |s: &mut Shard| {
                s.begin_draw(draw, case.seed, made as u64, places, seeds, candidates).unwrap();
                run(s);
            };
            ask(&mut whole);
            let whole = whole.drawn();
            let mut winners: Vec<Runner> = Vec::new();
            let mut potential = vec![0.0; whole.potentials.planes.len()];
            for part in parts.iter_mut().rev() {
                if forgets {
                    part.forget();
                } else {
                    part.begin_draw(draw, 1, 9, 1, &case.values[..(made + 1) * d], &[]).unwrap();
                    part.work(1);
                }
                ask(part);
                ask(part);
                winners.extend(&part.drawn().winners[0]);
                potential.iter_mut().zip(&part.drawn().potentials.planes).for_each(|(a, b)| *a += b);
            }
            winners.sort_by(|a, b| a.key.total_cmp(&b.key).then(a.row.cmp(&b.row)));
            winners.truncate(places);
            prop_assert_eq!(&winners, &whole.winners[0]);
            prop_assert_eq!(bits(&potential), bits(&whole.potentials.planes));
        }
    }

    #[cfg_attr(not(target_arch = "wasm32"), test)]
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
    fn farthest_and_finish_depend_on_rows_and_question_alone(case in cases(), places in 1usize..6) {
        let (k, d) = (case.k, case.d);
        let centroids = case.centroids(1);
        let mut whole = case.whole();
        let mut parts = case.parts();
        let mut far = Vec::new();
        let mut inertias = vec![0.0; 3 * k];
        for part in &mut parts {
            part.begin_farthest(places, k, &centroids).unwrap();
            run(part);
            far.extend_from_slice(part.farthest());
            part.begin_finish(k, &centroids, Some(&centroids)).unwrap();
            run(part);
            inertias.iter_mut().zip(&part.refined().inertias.planes).for_each(|(a, b)| *a += b);
        }
        whole.begin_finish(k, &centroids, Some(&centroids)).unwrap();
        run(&mut whole);
        prop_assert_eq!(bits(&inertias), bits(&whole.refined().inertias.planes));
        let labels = whole.clusters().unwrap().labels.clone();
        let weight = |i: usize| case.weights.as_ref().map_or(1.0, |w| w[i]);
        let squared = |i: usize| lloyd::kernel::distance(&case.values[i * d..][..d], &centroids[labels[i] as usize * d..][..d]);
        let inertia: f64 = (0..labels.len()).map(|i| weight(i) * squared(i)).sum();
        let found: f64 = (0..k).map(|j| whole.refined().inertias.value(j)).sum();
        prop_assert!((found - inertia).abs() <= 1e-12 * inertia + 1e-25);
        whole.begin_farthest(places, k, &centroids).unwrap();
        run(&mut whole);
        far.sort_by(|a, b| b.squared.total_cmp(&a.squared).then(a.row.cmp(&b.row)));
        far.truncate(places);
        prop_assert_eq!(&far[..], whole.farthest());
        let mut expected: Vec<usize> = (0..labels.len()).filter(|&i| squared(i) > d as f64 * 2f64.powi(-100) && weight(i) > 0.0).collect();
        expected.sort_by(|&a, &b| squared(b).total_cmp(&squared(a)).then(a.cmp(&b)));
        expected.truncate(places);
        prop_assert_eq!(far.iter().map(|f| f.row as usize).collect::<Vec<_>>(), expected);
    }
}

fn centroids_of(case: &Case, k: usize) -> Vec<f64> {
    centroids(&case.values, case.d, k, case.seed)
}
