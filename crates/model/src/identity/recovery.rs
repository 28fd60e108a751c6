//! Recovery codes: what is left when the phone is lost. Ten at once, each good once.

/// No letter or digit that is read as another: no i, l, o, u.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// 16 of 32 letters: 80 bits, so that not even their plain hashes are worth guessing.
pub const N_CHARS: usize = 16;

/// A code of 16 random bytes (5 bits of each are used), in groups of four: `k3p9-x0ra-77mz-q2vd`.
pub fn code(random: &[u8; N_CHARS]) -> String {
    let letters: Vec<char> = random.iter().map(|byte| char::from(ALPHABET[usize::from(byte & 31)])).collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// A typed code as it is compared: without hyphens and spaces, in small letters, `O` for zero and `I`, `L` for one.
/// `None` when it cannot be one.
pub fn normalized(typed: &str) -> Option<String> {
    let letters = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| match c.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        other => other,
    });
    let code: String = letters.take(N_CHARS + 1).collect();
    let plausible = code.len() == N_CHARS && code.bytes().all(|b| ALPHABET.contains(&b));
    plausible.then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_recognized_however_it_is_typed() {
        let code = code(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 30, 31, 32, 33]);
        assert_eq!(code, "0123-4567-89am-yz01");
        for typed in ["0123-4567-89am-yz01", "0123456789AMYZ01", " O123 4567 89am yzOl "] {
            assert_eq!(normalized(typed).as_deref(), Some("0123456789amyz01"), "{typed}");
        }
        for wrong in ["", "123456", "0123-4567-89am-yz0", "0123-4567-89am-yz011", "0123-4567-89am-yzé1"] {
            assert_eq!(normalized(wrong), None, "{wrong}");
        }
    }
}
