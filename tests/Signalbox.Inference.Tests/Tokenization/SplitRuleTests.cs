using System.Diagnostics;
using System.Text;
using Signalbox.Inference.Tokenization.PreTokenization;

namespace Signalbox.Inference.Tests.Tokenization;

public sealed class SplitRuleTests
{
    [Theory]
    [InlineData("gpt-2", "Hello  world's 123 4567!!\n\n x", "Hello| | world|'s| 123| 4567|!!|\n\n| x")]
    [InlineData("gpt-2", "a   ", "a|   ")]
    [InlineData("gpt-2", "I'LL he'll", "I|'|LL| he|'ll")]
    [InlineData("gpt-2", "ǅ½Ⅷ٣", "ǅ|½Ⅷ٣")]
    [InlineData("gpt-2", "a\u0301b", "a|\u0301|b")]
    [InlineData("default", "a+b 12345 'tis", "a|+|b| |123|45| |'|tis")]
    [InlineData("starcoder", "a12 3", "a|1|2| |3")]
    [InlineData("falcon", "x 12345`y", "x| |123|45|`|y")]
    [InlineData("llama-bpe", "Hello  world'S 1234567 !?\r\n\r\n x\n", "Hello| | world|'S| |123|456|7| !?\r\n\r\n| x|\n")]
    [InlineData("llama-bpe", "\t\tx\u00A0y", "\t|\tx|\u00A0y")]
    [InlineData("llama-bpe", " \n \n  a", " \n \n| | a")]
    [InlineData("qwen2", "1234 a", "1|2|3|4| a")]
    [InlineData("qwen35", "a\u0301b \u0301c", "a\u0301b| \u0301c")]
    [InlineData("tekken", "HelloWORLDwide ÀBC /\n/x 12", "Hello|WORLDwide| À|BC| /\n/|x| |1|2")]
    [InlineData("gpt-4o", "HelloWORLD'S it's 1234", "Hello|WORLD'S| it's| |123|4")]
    [InlineData("granite-embed-multi-97m", "a\u0301BC", "a\u0301|BC")]
    [InlineData("deepseek-v3", "12345漢字かなabc .net !!\n x", "123|45|漢字かな|abc| .|net| !!\n| x")]
    [InlineData("deepseek-llm", "abc déf 12345 漢字!\n", "abc| d|é|f| |12345| |漢字|!|\n")]
    [InlineData("deepseek-coder", "ab (cd) 12\r\n", "ab| (|cd|)| |1|2|\r|\n")]
    [InlineData("spark2_5", "a!\n\nb", "a|!|\n|\n|b")]
    [InlineData("seed-coder", "a!\n\nb", "a|!|\n\n|b")]
    [InlineData("exaone-moe", "a bc d! e", "a bc d|!| e")]
    [InlineData("minicpm5", "a12345", "a|123|45")]
    [InlineData("bloom", "Hello, world! (x)", "Hello|,| world|! (|x|)")]
    [InlineData("viking", "a12", "a|1|2")]
    [InlineData("tiny_aya", "a 1234567", "a| |1|234|567")]
    [InlineData("afmoe", "a 1234567", "a| |1|234|567")]
    [InlineData("laguna", "a!\n\nb", "a|!|\n\n|b")]
    public void Text_is_split_by_the_models_rule(string rule, string text, string words) => Assert.Equal(words, string.Join('|', Split(rule, text)));

    [Theory]
    [InlineData(0x0897, "assigned in Unicode 16")]
    [InlineData(0x1C89, "a letter since Unicode 16")]
    [InlineData(0xE000, "private use")]
    [InlineData(0x0378, "unassigned")]
    public void What_the_models_tables_do_not_know_is_no_letter(int codePoint, string what) =>
        Assert.True(Split("gpt-2", "a" + char.ConvertFromUtf32(codePoint) + "b").Count == 3, what);

    [Fact]
    public void Every_rule_gives_all_bytes_back_whatever_the_text()
    {
        var random = new Random(7);
        int[] interesting = [' ', ' ', '\n', '\r', '\t', '\'', 's', 'l', 'L', 'A', 'z', '0', '9', '!', '/', '.', 0x85, 0xA0, 0x301, 0xC9, 0xE9, 0x663, 0x3000, 0x4E2D, 0xFF01, 0x1F600, 0x10FFFF, 0xFFFD, 0];
        foreach (var rule in SplitRules.Names)
        {
            for (var i = 0; i < 200; i++)
            {
                var text = string.Concat(Enumerable.Range(0, random.Next(1, 40)).Select(_ => char.ConvertFromUtf32(interesting[random.Next(interesting.Length)])));
                var words = Split(rule, text);
                Assert.Equal(text, string.Concat(words));
                Assert.DoesNotContain("", words);
            }
        }
    }

    [Fact]
    public void No_rule_slows_down_on_long_runs()
    {
        const int Length = 300_000;
        string[] runs = [new(' ', Length), new('\n', Length), new('A', Length), new('à', Length), new('1', Length), new('!', Length), new('\u0301', Length), string.Concat(Enumerable.Repeat(" \t", Length / 2)), new string(' ', Length) + "a"];
        var watch = Stopwatch.StartNew();
        foreach (var rule in SplitRules.Names)
        {
            foreach (var run in runs)
            {
                Split(rule, run);
            }
        }

        // About 2 s; anything quadratic in a run takes minutes.
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"{watch.Elapsed}");
    }

    [Fact]
    public void An_unknown_rule_names_those_that_are_known()
    {
        Assert.False(PreTokenizer.TryCreate("klingon", out _, out var fault));
        Assert.Equal(EngineFaultKind.Unsupported, fault.Kind);
        Assert.Contains("'klingon'", fault.Message);
        Assert.Contains("llama-bpe", fault.Message);
        Assert.Contains("qwen2", fault.Message);
    }

    [Fact]
    public void A_file_without_a_rule_has_the_default()
    {
        Assert.True(PreTokenizer.TryCreate(null, out var preTokenizer, out _));
        using var words = preTokenizer.Split("a+"u8);
        Assert.True(words.MoveNext());
        Assert.Equal("a"u8, words.Current);
    }

    private static List<string> Split(string rule, string text)
    {
        Assert.True(PreTokenizer.TryCreate(rule, out var preTokenizer, out _));
        List<string> words = [];
        using var split = preTokenizer.Split(Encoding.UTF8.GetBytes(text));
        while (split.MoveNext())
        {
            words.Add(Encoding.UTF8.GetString(split.Current));
        }

        return words;
    }
}
