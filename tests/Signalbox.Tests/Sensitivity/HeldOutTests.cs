using System.Text.Json;
using Signalbox.Sensitivity;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Sensitivity;

/// <summary>The scores that are promised, on sentences of our own in many languages and on the shared sets where they lie beside the repository.</summary>
public class HeldOutTests
{
    private const string HeldOut = "tests/Signalbox.Tests/Sensitivity/held-out.jsonl";

    [Theory]
    [InlineData("recall CREDIT_CARD", 0.97)]
    [InlineData("recall IBAN_CODE", 0.97)]
    [InlineData("recall US_SSN", 0.97)]
    [InlineData("recall EMAIL_ADDRESS", 0.97)]
    [InlineData("recall PHONE_NUMBER", 0.97)]
    [InlineData("recall IP_ADDRESS", 0.97)]
    [InlineData("recall STREET_ADDRESS", 0.85)]
    public void Personal_data_are_found_in_many_languages(string share, double least) =>
        Assert.True(Share(Evaluate(HeldOut), share) >= least, share);

    [Fact]
    public void Sentences_without_personal_data_are_left_alone() =>
        Assert.Equal(0, Share(Evaluate(HeldOut), "sentences without personal data that are flagged"));

    [Fact]
    public void The_shared_personal_data_are_found()
    {
        var shares = EvaluateShared("data/personal-data-dev.jsonl");
        foreach (var entity in new[] { "CREDIT_CARD", "IBAN_CODE", "US_SSN", "EMAIL_ADDRESS", "PHONE_NUMBER", "IP_ADDRESS" })
        {
            Assert.True(Share(shares, $"recall {entity}") >= 0.97, entity);
        }

        Assert.True(Share(shares, "recall STREET_ADDRESS") >= 0.85);
        Assert.True(Share(shares, "sentences without personal data that are flagged") <= 0.05);
    }

    [Fact]
    public void Ordinary_prompts_are_not_called_confidential() =>
        Assert.True(Share(EvaluateShared("routing/task-names.jsonl"), "prompts labelled confidential") <= 0.03);

    [Fact]
    public void Safe_lookalikes_are_not_blocked() =>
        Assert.True(Share(EvaluateShared("data/lookalikes-dev.jsonl"), "safe prompts blocked") <= 0.02);

    [Fact]
    public void Injections_are_detected() =>
        Assert.True(Share(EvaluateShared("data/injection-dev.jsonl"), "injections detected") >= 0.6);

    private static double Share(SensitivityEvaluation evaluation, string name) => evaluation.Shares[name] is var (hits, rows) ? (double)hits / rows : 0;

    private static SensitivityEvaluation EvaluateShared(string file)
    {
        var path = Path.Combine(Repository.Root, "..", "shared", file);
        Assert.SkipUnless(File.Exists(path), $"../shared/{file} is not here");
        return Evaluate(path);
    }

    private static SensitivityEvaluation Evaluate(string file)
    {
        var evaluation = new SensitivityEvaluation(Inspect.Detector);
        foreach (var line in File.ReadLines(Path.Combine(Repository.Root, file)))
        {
            using var row = JsonDocument.Parse(line);
            Assert.Null(evaluation.Add(row.RootElement));
        }

        return evaluation;
    }
}
