using System.Diagnostics;
using Signalbox.Inference.Tests.Support;

namespace Signalbox.Inference.Tests.Tokenization;

public sealed class ByteLevelTokenizerTests
{
    [Fact]
    public void The_pair_of_lowest_rank_merges_first() =>
        Assert.Equal("a|bc", Vocabularies.Tokenizer(Vocabularies.ByteLevel("gpt-2", ["b c", "a b", "ab c"])).Names("abc"));

    [Fact]
    public void Of_equal_pairs_the_leftmost_merges_first() =>
        Assert.Equal("aa|a", Vocabularies.Tokenizer(Vocabularies.ByteLevel("gpt-2", ["a a"])).Names("aaa"));

    [Fact]
    public void Merges_stay_inside_words() =>
        Assert.Equal("a|Ġ|b", Vocabularies.Tokenizer(Vocabularies.ByteLevel("gpt-2", ["a Ġ", "aĠ b"])).Names("a b"));

    [Fact]
    public void A_pair_that_is_listed_twice_keeps_its_first_rank() =>
        Assert.Equal("ab|c", Vocabularies.Tokenizer(Vocabularies.ByteLevel("gpt-2", ["a b", "b c", "a b"])).Names("abc"));

    [Fact]
    public void What_merges_to_no_token_is_spelled_in_bytes()
    {
        var file = Vocabularies.ByteLevel("gpt-2", ["a b"]);
        var without = Vocabularies.With("gpt2", [.. file.Tokens[..^1].Select(token => (System.Text.Encoding.UTF8.GetString(token), Vocabularies.Normal))], "gpt-2", ["a b"]);
        Assert.Equal("a|b", Vocabularies.Tokenizer(without).Names("ab"));
    }

    [Fact]
    public void Llama_3_takes_a_whole_word_that_is_a_token_whatever_its_merges_give()
    {
        var special = ("abc", Vocabularies.Normal);
        Assert.Equal("abc", Vocabularies.Tokenizer(Vocabularies.ByteLevel("llama-bpe", ["a b"], special)).Names("abc"));
        Assert.Equal("ab|c", Vocabularies.Tokenizer(Vocabularies.ByteLevel("qwen2", ["a b"], special)).Names("abc"));
    }

    [Fact]
    public void Llama_3_begins_texts_unless_the_file_says_otherwise()
    {
        var file = Vocabularies.ByteLevel("llama-bpe", [], ("<begin>", Vocabularies.Control));
        file.SpecialTokens["bos"] = 256;
        Assert.Equal("<begin>|a", Vocabularies.Tokenizer(file).Names("a", addSpecial: true));
        file.Switches["add_bos_token"] = false;
        Assert.Equal("a", Vocabularies.Tokenizer(file).Names("a", addSpecial: true));
    }

    [Fact]
    public void Glm_has_no_begin_of_text_where_the_file_names_none()
    {
        Assert.Null(Vocabularies.Tokenizer(Vocabularies.ByteLevel("glm4", [])).BeginOfText);
        Assert.Equal(11, Vocabularies.Tokenizer(Vocabularies.ByteLevel("qwen2", [])).BeginOfText);
    }

    [Fact]
    public void Long_words_merge_like_short_ones()
    {
        string[] merges = ["a b", "b a", "ab a", "c c", "cc c", "ab ab", "aba b", "cc ab", "a cc"];
        var tokenizer = Vocabularies.Tokenizer(Vocabularies.ByteLevel("gpt-2", merges));
        var random = new Random(3);
        for (var i = 0; i < 2000; i++)
        {
            var word = string.Concat(Enumerable.Range(0, random.Next(1, 120)).Select(_ => "abc"[random.Next(3)]));
            Assert.Equal(Naive(word, merges), tokenizer.Names(word));
        }
    }

    [Fact]
    public void A_megabyte_without_a_space_takes_seconds_not_hours()
    {
        var tokenizer = Vocabularies.Tokenizer(Vocabularies.ByteLevel("llama-bpe", ["a a", "aa aa", "aaaa aaaa"]));
        var watch = Stopwatch.StartNew();
        Assert.Equal(131072, tokenizer.Tokens(new('a', 1 << 20)).Count);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{watch.Elapsed}");
    }

    [Fact]
    public void Lone_surrogates_become_the_replacement_character()
    {
        var tokenizer = Vocabularies.Tokenizer(Vocabularies.ByteLevel("gpt-2", []));
        Assert.Equal("a\uFFFDb\uFFFD", tokenizer.Text(tokenizer.Tokens("a\uD83Db\uDE00")));
    }

    [Fact]
    public void Any_text_comes_back_as_it_went_in()
    {
        var tokenizer = Vocabularies.Tokenizer(Vocabularies.ByteLevel("tekken", ["Ã ©", "ð Ł", "Ġ a", "a a", "Ċ Ċ"]));
        var random = new Random(5);
        for (var i = 0; i < 500; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(0, 60)).Select(_ => char.ConvertFromUtf32(random.Next(4) == 0 ? random.Next(0xE000, 0x110000) : random.Next(0x250))));
            Assert.Equal(text, tokenizer.Text(tokenizer.Tokens(text)));
        }
    }

    [Fact]
    public void A_file_without_merges_is_refused()
    {
        var fault = Vocabularies.Fault(Vocabularies.With("gpt2", [("a", Vocabularies.Normal)], "gpt-2"));
        Assert.Equal(EngineFaultKind.InvalidFile, fault.Kind);
        Assert.Contains("tokenizer.ggml.merges", fault.Message);
    }

    [Fact]
    public void An_unknown_kind_of_tokenizer_names_those_that_are_known()
    {
        var fault = Vocabularies.Fault(Vocabularies.With("rwkv", [("a", Vocabularies.Normal)]));
        Assert.Equal(EngineFaultKind.Unsupported, fault.Kind);
        Assert.Contains("'rwkv'", fault.Message);
        Assert.Contains("llama", fault.Message);
    }

    /// <summary>Straight from the definition: look at all pairs, merge the best, again.</summary>
    private static string Naive(string word, string[] merges)
    {
        var parts = word.Select(character => character.ToString()).ToList();
        while (true)
        {
            var ranks = Enumerable.Range(0, parts.Count - 1).Select(i => Array.IndexOf(merges, $"{parts[i]} {parts[i + 1]}")).ToList();
            var best = ranks.Where(rank => rank >= 0).DefaultIfEmpty(-1).Min();
            if (best < 0)
            {
                return string.Join('|', parts);
            }

            var at = ranks.IndexOf(best);
            parts[at] += parts[at + 1];
            parts.RemoveAt(at + 1);
        }
    }
}
