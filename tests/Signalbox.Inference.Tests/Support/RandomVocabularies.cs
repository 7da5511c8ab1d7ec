using Signalbox.Inference.Gguf;

namespace Signalbox.Inference.Tests.Support;

/// <summary>Small vocabularies: SentencePiece with byte tokens, byte-level BPE and WordPiece.</summary>
internal static class RandomVocabularies
{
    private const string Consonants = "bcdfghjklmnprstvwz";
    private const string Vowels = "aeiou";

    private static readonly string[] Pieces =
    [
        "▁", .. "etaoinshrdlucmfwypvbgkqjxz".Select(letter => letter.ToString()),
        "▁t", "he", "▁the", "in", "er", "an", "re", "on", "▁a", "▁s", "at", "en", "nd", "or", "▁w", "▁b", "ing", "is", "ed", "▁o", "it", "▁f", "▁in", "es", "▁and",
    ];

    public static void Set(GgufWriter writer, RandomModel model)
    {
        var keys = new KeySetter(writer);
        var kind = model.Tokenizer ?? model.Architecture switch { "qwen2" => "gpt2", "bert" => "bert", _ => "llama" };
        keys.Set("tokenizer.ggml.model", kind);
        switch (kind)
        {
            case "llama": SetSentencePiece(keys, model.VocabularySize); break;
            case "gpt2": SetByteLevel(keys, model.VocabularySize, model.Architecture); break;
            case "bert": SetWordPiece(keys, model.VocabularySize); break;
            default: throw new ArgumentException($"no tokenizer {kind}", nameof(model));
        }
    }

    private static void SetSentencePiece(KeySetter keys, int size)
    {
        var tokens = new List<string> { "<unk>", "<s>", "</s>" };
        tokens.AddRange(Enumerable.Range(0, 256).Select(value => $"<0x{value:X2}>"));
        List<int> types = [2, 3, 3, .. Enumerable.Repeat(6, 256)];
        var pieces = Pieces.Concat(Filler("▁", Pieces)).Take(size - tokens.Count).ToList();

        // Pieces of several characters merge first; the order of the vocabulary is the order of merging.
        var order = pieces.Select((piece, i) => (piece, i)).OrderBy(item => item.piece.Length == 1).ThenBy(item => item.i).ToList();
        var scores = new float[pieces.Count];
        for (var rank = 0; rank < order.Count; rank++)
        {
            scores[order[rank].i] = -rank;
        }

        keys.Set("tokenizer.ggml.pre", "default");
        keys.Set("tokenizer.ggml.tokens", [.. tokens, .. pieces]);
        keys.Set("tokenizer.ggml.scores", [.. new float[tokens.Count], .. scores]);
        keys.Set("tokenizer.ggml.token_type", [.. types, .. Enumerable.Repeat(1, pieces.Count)]);
        keys.Set("tokenizer.ggml.bos_token_id", 1u);
        keys.Set("tokenizer.ggml.eos_token_id", 2u);
        keys.Set("tokenizer.ggml.unknown_token_id", 0u);
        keys.Set("tokenizer.ggml.add_bos_token", true);
        keys.Set("tokenizer.ggml.add_eos_token", false);
    }

    private static void SetByteLevel(KeySetter keys, int size, string architecture)
    {
        var bytes = ByteCharacters();
        var space = bytes[' '];
        var merges = new List<(string Left, string Right)>
        {
            ("t", "h"), ("th", "e"), (space, "the"), ("i", "n"), ("e", "r"), ("a", "n"), ("r", "e"), (space, "a"), ("o", "n"), (space, "s"), ("an", "d"), (space, "and"),
            ("in", "g"), (space, "w"), ("o", "r"), ("e", "n"),
        };
        List<string> tokens = [.. bytes, .. merges.Select(merge => merge.Left + merge.Right)];
        var known = tokens.ToHashSet();
        for (var i = 0; tokens.Count < size - 2; i++)
        {
            var (left, right) = (tokens[256 + (i / 26 % (tokens.Count - 256))], ((char)('a' + (i % 26))).ToString());
            if (known.Add(left + right))
            {
                tokens.Add(left + right);
                merges.Add((left, right));
            }
        }

        keys.Set("tokenizer.ggml.pre", architecture == "qwen2" ? "qwen2" : "gpt-2");
        keys.Set("tokenizer.ggml.tokens", [.. tokens, "<|bos|>", "<|end|>"]);
        keys.Set("tokenizer.ggml.token_type", [.. Enumerable.Repeat(1, tokens.Count), 3, 3]);
        keys.Set("tokenizer.ggml.merges", merges.Select(merge => $"{merge.Left} {merge.Right}").ToArray());
        keys.Set("tokenizer.ggml.bos_token_id", (uint)tokens.Count);
        keys.Set("tokenizer.ggml.eos_token_id", (uint)tokens.Count + 1);
        keys.Set("tokenizer.ggml.add_bos_token", architecture != "qwen2");
    }

    private static void SetWordPiece(KeySetter keys, int size)
    {
        List<string> tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
        var characters = "abcdefghijklmnopqrstuvwxyz0123456789.,!?'-".Select(letter => letter.ToString()).ToList();
        List<string> words = [.. characters.Select(character => "▁" + character), .. characters, "▁the", "▁and", "▁in", "ing", "ed", "er", "st"];
        tokens.AddRange(words.Concat(Filler("▁", words)).Distinct().Take(size - tokens.Count));
        keys.Set("tokenizer.ggml.pre", "default");
        keys.Set("tokenizer.ggml.tokens", tokens);
        keys.Set("tokenizer.ggml.token_type", [3, 2, 3, 3, 3, .. Enumerable.Repeat(1, tokens.Count - 5)]);
        keys.Set("tokenizer.ggml.padding_token_id", 0u);
        keys.Set("tokenizer.ggml.unknown_token_id", 1u);
        keys.Set("tokenizer.ggml.cls_token_id", 2u);
        keys.Set("tokenizer.ggml.bos_token_id", 2u);
        keys.Set("tokenizer.ggml.seperator_token_id", 3u);
        keys.Set("tokenizer.ggml.mask_token_id", 4u);
    }

    /// <summary>Endless words that can be pronounced, none of those taken, none twice.</summary>
    private static IEnumerable<string> Filler(string wordStart, IEnumerable<string> taken)
    {
        var known = taken.ToHashSet();
        var random = new Random(12345);
        while (true)
        {
            var word = random.Next(2) == 0 ? wordStart : "";
            for (var syllables = random.Next(1, 4); syllables > 0; syllables--)
            {
                word = $"{word}{Consonants[random.Next(Consonants.Length)]}{Vowels[random.Next(Vowels.Length)]}";
            }

            if (known.Add(word))
            {
                yield return word;
            }
        }
    }

    /// <summary>The printable character that byte-level BPE writes for each byte.</summary>
    private static string[] ByteCharacters()
    {
        var characters = new string[256];
        var next = 256;
        for (var value = 0; value < 256; value++)
        {
            var printable = value is (>= 33 and <= 126) or (>= 161 and <= 172) or (>= 174 and <= 255);
            characters[value] = ((char)(printable ? value : next++)).ToString();
        }

        return characters;
    }
}
