using System.Text;
using Signalbox.Inference.Sampling;

namespace Signalbox.Inference.Tests.Sampling;

public sealed class StopTextMatcherTests
{
    [Fact]
    public void Text_that_may_be_the_beginning_of_a_stop_text_is_held_back()
    {
        var matcher = new StopTextMatcher(["</answer>"]);

        Assert.Equal("The end ", matcher.Append("The end </an"));
        Assert.Equal("", matcher.Append("sw"));
        Assert.Equal("</answ is not it", matcher.Append(" is not it"));
        Assert.Null(matcher.Stop);
    }

    [Fact]
    public void A_stop_text_ends_the_text_before_it()
    {
        var matcher = new StopTextMatcher(["\n\n", "END"]);

        Assert.Equal("one", matcher.Append("one\n"));
        Assert.Equal("\ntwo", matcher.Append("two\n\nthree"));
        Assert.Equal("\n\n", matcher.Stop);
        Assert.Equal("", matcher.Append("four"));
        Assert.Equal("", matcher.Flush());
    }

    [Fact]
    public void What_was_held_back_comes_at_the_end()
    {
        var matcher = new StopTextMatcher(["STOP"]);

        Assert.Equal("S", matcher.Append("SST"));
        Assert.Equal("ST", matcher.Flush());
        Assert.Equal("", matcher.Flush());
    }

    [Fact]
    public void The_first_stop_text_that_is_whole_wins_and_of_two_the_longer()
    {
        Assert.Equal("xa", All(["abcd", "bc"], "xabcd", 1, out var first));
        Assert.Equal("bc", first);
        Assert.Equal("x", All(["bc", "abc"], "xabc", 1, out var longer));
        Assert.Equal("abc", longer);
    }

    [Fact]
    public void Without_stop_texts_every_piece_is_passed_on_as_it_is()
    {
        var matcher = new StopTextMatcher(["", ""]);
        const string piece = "anything";

        Assert.Same(piece, matcher.Append(piece));
        Assert.Equal("", matcher.Flush());
    }

    [Fact]
    public void Any_cutting_of_any_text_gives_what_a_plain_search_finds()
    {
        var random = new Random(42);
        for (var round = 0; round < 3000; round++)
        {
            string[] stops = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Text(random.Next(1, 6)))];
            var text = Text(random.Next(30));
            // The first stop text to be whole, of those the longest.
            var expected = Enumerable.Range(1, text.Length)
                .SelectMany(end => stops.Where(stop => text[..end].EndsWith(stop, StringComparison.Ordinal)).Select(stop => (end, stop)))
                .OrderBy(match => match.end).ThenByDescending(match => match.stop.Length).FirstOrDefault();

            var released = All(stops, text, round, out var stop);

            Assert.Equal(expected.stop, stop);
            Assert.Equal(stop is null ? text : text[..(expected.end - stop.Length)], released);
        }

        string Text(int length) => string.Concat(Enumerable.Range(0, length).Select(_ => (char)('a' + random.Next(2))));
    }

    [Fact]
    public void Never_more_is_held_back_than_a_beginning_of_a_stop_text()
    {
        var random = new Random(43);
        string[] stops = ["abab", "baa"];
        for (var round = 0; round < 500; round++)
        {
            var matcher = new StopTextMatcher(stops);
            var text = "";
            var released = "";
            while (text.Length < 30 && matcher.Stop is null)
            {
                var piece = random.Next(2) == 0 ? "a" : "ba";
                text += piece;
                released += matcher.Append(piece);
                if (matcher.Stop is null)
                {
                    var held = text[released.Length..];
                    Assert.Equal(text, released + held);
                    var longest = stops.SelectMany(stop => Enumerable.Range(0, stop.Length).Select(length => stop[..length]))
                        .Where(beginning => text.EndsWith(beginning, StringComparison.Ordinal)).Max(beginning => beginning.Length);
                    Assert.Equal(longest, held.Length);
                }
            }
        }
    }

    private static string All(string[] stops, string text, int seed, out string? stop)
    {
        var random = new Random(seed);
        var matcher = new StopTextMatcher(stops);
        var released = new StringBuilder();
        for (var i = 0; i < text.Length;)
        {
            var length = Math.Min(random.Next(1, 5), text.Length - i);
            released.Append(matcher.Append(text.Substring(i, length)));
            i += length;
        }

        released.Append(matcher.Flush());
        stop = matcher.Stop;
        return released.ToString();
    }
}
