using FsCheck;
using FsCheck.Fluent;

namespace Signalbox.Tests.Sensitivity;

public class SurroundingsTests
{
    private const string Prose = "The river rose slowly and nobody noticed, for the night was warm and the town slept well. ";

    private static readonly Gen<(string Text, int Before, int After)> Samples =
        from text in Gen.Elements("4242 4242 4242 4242", "DE89370400440532013000", "ada@example.org", "+49 30 901820", "203.0.113.9", "536-90-4399", "221 Elm Street", "Passwort: Sommer2024")
        from before in Gen.Choose(0, 300)
        from after in Gen.Choose(0, 300)
        select (text, before, after);

    [Fact]
    public void What_is_found_does_not_depend_on_how_much_text_is_around_it() => Prop.ForAll(Samples.ToArbitrary(), static sample =>
    {
        var alone = Inspect.KindsOf(sample.Text);
        var before = string.Concat(Enumerable.Repeat(Prose, sample.Before));
        var report = Inspect.Detector.Inspect(before + sample.Text + " " + string.Concat(Enumerable.Repeat(Prose, sample.After)));
        return alone.Length > 0 && alone.SequenceEqual(report.Findings.Select(static f => f.Kind)) && report.Findings[0].Position >= before.Length;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    // Inputs on which a careless scanner is quadratic. The test is that it ends: a quadratic one would take minutes.
    [Theory]
    [InlineData("@")]
    [InlineData("a@")]
    [InlineData("1 ")]
    [InlineData("1")]
    [InlineData("a1")]
    [InlineData("1:")]
    [InlineData("[")]
    [InlineData("-----BEGIN ")]
    [InlineData("password ")]
    [InlineData("password: ")]
    [InlineData("ignore ")]
    [InlineData("rue ")]
    [InlineData("Rue De ")]
    [InlineData("1 A ")]
    [InlineData("://a:b@")]
    [InlineData("-----BEGIN PRIVATE KEY")]
    [InlineData("藍")]
    public void A_million_characters_of_anything_are_done_with(string piece) =>
        Assert.Null(Inspect.Detector.Inspect(string.Concat(Enumerable.Repeat(piece, 1_000_000 / piece.Length))).Failure);
}
