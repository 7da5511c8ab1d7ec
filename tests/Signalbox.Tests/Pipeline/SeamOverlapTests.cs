using FsCheck;
using FsCheck.Fluent;
using Signalbox.Pipeline.Answers;

namespace Signalbox.Tests.Pipeline;

public class SeamOverlapTests
{
    [Theory]
    [InlineData("hel", "lo", "lo")]
    [InlineData("The number is 1", "1 and 2", "1 and 2")]
    [InlineData("Hello ", " there", "there")]
    [InlineData("Hello ", "there", "there")]
    [InlineData("One.\n\n", "\n\nTwo.", "Two.")]
    [InlineData("One.\n\n", "\nTwo.", "Two.")]
    [InlineData("One. ", "\n\nTwo.", "\n\nTwo.")]
    [InlineData("Once upon a time", "Once upon a time there was", " there was")]
    [InlineData("It was the best of times, it was", "the best of times, it was the worst", " the worst")]
    [InlineData("It was the best of times, it was ", "the best of times, it was the worst", "the worst")]
    [InlineData("0, 0, 0, 0, 0, 0, 0, 0, 0", ", 0, 0, 0, 0, 0, 0, 0, 0, 0", ", 0, 0, 0, 0, 0, 0, 0, 0, 0")]
    [InlineData("|---|---|---|---|---|---", "|---|---|---|---|---|---|", "|---|---|---|---|---|---|")]
    [InlineData("a b a b c d e f g h i j a b a b c d e f g h i j", "a b a b c d e f g h i j k", " k")]
    public void Only_what_the_caller_has_already_is_left_out(string shown, string more, string fresh)
    {
        foreach (var size in (int[])[1, 2, 5, 1000])
        {
            Assert.Equal(fresh, Join(shown, more, size));
        }
    }

    [Fact]
    public void An_answer_that_starts_over_is_left_out_however_long_it_is()
    {
        var shown = string.Join(' ', Enumerable.Range(0, 4000).Select(static i => $"word{i}"));
        Assert.Equal(" and on", Join(shown, shown + " and on", 7));
        Assert.Equal("", Join(shown, shown[..500], 7));
    }

    [Fact]
    public void Nothing_is_held_back_once_it_cannot_be_a_repetition()
    {
        var overlap = new SeamOverlap("The quick brown fox jumps", "The quick brown fox jumps".Length);
        Assert.Equal("", overlap.Take("brown fox"));
        Assert.Equal("brown fox runs", overlap.Take(" runs"));
        Assert.Equal(" brown fox jumps", overlap.Take(" brown fox jumps"));
    }

    [Fact]
    public void The_size_of_the_pieces_makes_no_difference_and_only_a_beginning_is_ever_left_out()
    {
        var words = Gen.ArrayOf(Gen.Elements("a ", "be ", "see ", "tree, ", "\n\n", "0, ", "longer words ", "it was the best ")).Select(static parts => string.Concat(parts));
        Prop.ForAll(Arb.From(words), Arb.From(words), Arb.From(Gen.Choose(1, 9)), static (shown, more, size) =>
        {
            var whole = Join(shown, more, int.MaxValue);
            return Join(shown, more, size) == whole && more.EndsWith(whole, StringComparison.Ordinal);
        }).QuickCheckThrowOnFailure();
    }

    private static string Join(string shown, string more, int size)
    {
        var overlap = new SeamOverlap(shown, shown.TrimEnd().Length);
        var fresh = "";
        for (var i = 0; i < more.Length; i += Math.Min(size, more.Length))
        {
            fresh += overlap.Take(more.Substring(i, Math.Min(size, more.Length - i)));
        }

        return fresh + overlap.End();
    }
}
