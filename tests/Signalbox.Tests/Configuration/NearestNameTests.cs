using FsCheck;
using FsCheck.Fluent;
using Signalbox.Configuration;

namespace Signalbox.Tests.Configuration;

public class NearestNameTests
{
    [Theory]
    [InlineData("opnai", "openai")]
    [InlineData("opanei", "openai")]
    [InlineData("OpenAI", "openai")]
    [InlineData("mistal", "mistral")]
    [InlineData("anthropci", "anthropic")]
    [InlineData("xia", "xai")]
    [InlineData("weather", null)]
    [InlineData("", null)]
    public void A_slip_finds_its_name_and_another_word_does_not(string given, string? expected) =>
        Assert.Equal(expected, NearestName.Find(given, ["openai", "anthropic", "mistral", "xai"]));

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("abc", "abc", 0)]
    [InlineData("abc", "ABC", 0)]
    [InlineData("abc", "acb", 1)]
    [InlineData("abc", "abxc", 1)]
    [InlineData("kitten", "sitting", 3)]
    public void The_distance_counts_edits(string left, string right, int expected) => Assert.Equal(expected, NearestName.Distance(left, right));

    [Fact]
    public void The_distance_is_the_same_both_ways_and_never_more_than_the_longer_word() =>
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(ArbMap.Default.ArbFor<(NonNull<string>, NonNull<string>)>(), pair =>
        {
            var (left, right) = (pair.Item1.Get, pair.Item2.Get);
            var distance = NearestName.Distance(left, right);
            return distance == NearestName.Distance(right, left)
                && distance <= Math.Max(left.Length, right.Length)
                && distance >= Math.Abs(left.Length - right.Length);
        }));
}
