using Signalbox.Routing.Profiles;

namespace Signalbox.Tests.Routing.Profiles;

public sealed class DifficultyHeuristicTests
{
    [Theory]
    [InlineData("hi")]
    [InlineData("Danke, das hat geholfen")]
    [InlineData("What is the capital of Mongolia?")]
    [InlineData("Translate into French: Good morning")]
    public void Small_talk_and_plain_questions_are_simple(string prompt) =>
        Assert.Equal(Complexity.Simple, ComplexityThresholds.Default.WordFor(DifficultyHeuristic.Of(prompt)));

    [Theory]
    [InlineData("Solve for x: 3x^2 - 12x + 9 = 0")]
    [InlineData("We can move to microservices or keep the monolith. Weigh the trade-offs for a team of six and recommend one.")]
    public void Equations_and_weighing_are_complex(string prompt) =>
        Assert.Equal(Complexity.Complex, ComplexityThresholds.Default.WordFor(DifficultyHeuristic.Of(prompt)));

    [Fact]
    public void Difficulty_is_a_number_from_0_to_1_whatever_is_given()
    {
        foreach (var text in (string[])["", "\ud800", new string('?', 100_000), string.Concat(Enumerable.Repeat("prove 1 = 2? ", 10_000))])
        {
            Assert.InRange(DifficultyHeuristic.Of(text), 0, 1);
        }
    }

    [Theory]
    [InlineData(0, nameof(Complexity.Simple))]
    [InlineData(0.3499, nameof(Complexity.Simple))]
    [InlineData(0.35, nameof(Complexity.Moderate))]
    [InlineData(0.6999, nameof(Complexity.Moderate))]
    [InlineData(0.7, nameof(Complexity.Complex))]
    [InlineData(1, nameof(Complexity.Complex))]
    public void Words_begin_at_their_thresholds(double difficulty, string expected) =>
        Assert.Equal(expected, ComplexityThresholds.Default.WordFor(difficulty).ToString());

    [Fact]
    public void The_middle_of_a_word_is_that_word_under_any_thresholds()
    {
        foreach (var thresholds in (ComplexityThresholds[])[ComplexityThresholds.Default, new(0.1, 0.9), new(0.5, 0.51)])
        {
            Assert.All(Enum.GetValues<Complexity>(), word => Assert.Equal(word, thresholds.WordFor(thresholds.MiddleOf(word))));
        }
    }
}
