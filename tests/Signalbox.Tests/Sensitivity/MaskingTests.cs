using FsCheck;
using FsCheck.Fluent;
using Signalbox.Configuration;
using Signalbox.Sensitivity;
using Signalbox.Sensitivity.Masking;

namespace Signalbox.Tests.Sensitivity;

public class MaskingTests
{
    // Pieces that are found, pieces that look like placeholders, and signs that get in the way.
    private static readonly Gen<string> Pieces = Gen.Elements(
        "ada@example.org", "bob@example.org", "+49 30 901820", "203.0.113.9", "221 Elm Street", "[EMAIL_1]", "[EMAIL_2]", "[PHONE_1]", "[", "]", "[[", "[EMAIL", "_1]",
        " and ", "\n", "Hello", "ü", "🙂", "[A_1]", "1", "my name is Ilse Braun");

    private static readonly Gen<string> Texts = Pieces.ArrayOf().Select(static pieces => string.Join(' ', pieces));

    [Fact]
    public void The_same_value_has_the_same_placeholder_and_another_has_another()
    {
        var masker = new Masker(Inspect.Detector);

        Assert.Equal("[EMAIL_1], [EMAIL_2], [EMAIL_1]", masker.Mask("ada@example.org, bob@example.org, ada@example.org"));
        Assert.Equal("again [EMAIL_2]", masker.Mask("again bob@example.org"));
    }

    [Fact]
    public void A_text_without_personal_data_is_the_same_string()
    {
        const string Text = "Nothing to see here.";

        Assert.Same(Text, new Masker(Inspect.Detector).Mask(Text));
    }

    [Fact]
    public void A_placeholder_that_the_caller_wrote_is_not_taken_for_ones_own()
    {
        var masker = new Masker(Inspect.Detector);
        var masked = masker.Mask("[EMAIL_1] is a placeholder, ada@example.org is not");

        Assert.Equal("[EMAIL_1] is a placeholder, [EMAIL_2] is not", masked);
        Assert.Equal("[EMAIL_1] is a placeholder, ada@example.org is not", Unmasker.Unmask(masker.Table, masked));
    }

    [Fact]
    public void Only_the_configured_kinds_are_masked()
    {
        var detector = new SensitivityDetector(new SensitivityConfig { Masking = new MaskingConfig { Enabled = true, Kinds = ["phone"] } });

        Assert.Equal("ada@example.org, [PHONE_1]", new Masker(detector).Mask("ada@example.org, +49 30 901820"));
    }

    [Fact]
    public void Whatever_is_masked_can_be_unmasked() => Check(Texts, static text =>
    {
        var masker = new Masker(Inspect.Detector);
        return Unmasker.Unmask(masker.Table, masker.Mask(text)) == text;
    });

    [Fact]
    public void A_stream_is_unmasked_wherever_it_is_cut() => Check(
        from text in Texts
        from cuts in Gen.Choose(1, 9).ArrayOf()
        select (text, cuts),
        static sample =>
        {
            var masker = new Masker(Inspect.Detector);
            var masked = masker.Mask(sample.text);
            var unmasker = new Unmasker(masker.Table);
            var (output, position) = ("", 0);
            foreach (var length in sample.cuts.Append(masked.Length))
            {
                var next = Math.Min(masked.Length, position + length);
                output += unmasker.Push(masked.AsSpan(position, next - position));
                position = next;
            }

            return output + unmasker.Finish() == sample.text;
        });

    [Fact]
    public void Only_what_may_be_a_placeholder_is_held_back()
    {
        var masker = new Masker(Inspect.Detector);
        masker.Mask("ada@example.org");
        var unmasker = new Unmasker(masker.Table);

        Assert.Equal("Write to ", unmasker.Push("Write to [EM"));
        Assert.Equal("[EMBER ", unmasker.Push("BER "));
        Assert.Equal("", unmasker.Push("[EMAIL_1"));
        Assert.Equal("ada@example.org", unmasker.Push("]"));
        Assert.Equal("", unmasker.Push("["));
        Assert.Equal("[", unmasker.Finish());
    }

    private static void Check<T>(Gen<T> gen, Func<T, bool> law) =>
        Prop.ForAll(gen.ToArbitrary(), law).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
}
