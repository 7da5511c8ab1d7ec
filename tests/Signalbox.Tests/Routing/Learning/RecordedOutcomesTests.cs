using Signalbox.Routing.Evaluation;
using Signalbox.Routing.Learning;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Routing.Learning;

/// <summary>The promised numbers, one seed each; docs/learned-routing.md has the commands for five. Skipped where the recorded outcomes are not.</summary>
public class RecordedOutcomesTests
{
    private static readonly ModelPair Golden = new("mixtral-8x7b-instruct", "gpt-4-1106-preview");

    [Fact]
    public void By_folds_the_router_beats_the_published_ones_and_the_length_of_the_prompt()
    {
        var evaluation = new RouterEvaluation(Rows("mmlu-golden-1531.jsonl"), Golden, UnitCosts.Default, 1);
        var report = evaluation.ByFolds(5, new DifficultyOptions { Cancellation = TestContext.Current.CancellationToken });

        // Five seeds are promised to average 0.65; a single one varies by about 0.015.
        Assert.InRange(report.Apgr, 0.64, 1);
        Assert.Equal(0.5857, report.LengthApgr, 0.005);
        Assert.Equal(0.5, report.RandomApgr, 0.03);
        Assert.InRange(report.SavingAt95, 0.3, 1);
    }

    [Theory]
    [InlineData("math-l5.jsonl", "gpt-4o-mini-2024-07-18", "o1-mini-2024-09-12")]
    [InlineData("crux.jsonl", "Mixtral-8x7B-Instruct-v0.1", "gpt-4-turbo-2024-04-09")]
    public void Without_labels_of_the_tested_set_it_is_never_below_the_length_of_the_prompt(string tested, string weak, string strong)
    {
        var evaluation = new RouterEvaluation(Rows(tested), new ModelPair(weak, strong), UnitCosts.Default, 1);
        var report = evaluation.TrainedOn([File("mmlu-golden-1531.jsonl")], new DifficultyOptions { Cancellation = TestContext.Current.CancellationToken });
        Assert.True(report.Apgr >= report.LengthApgr, $"{report.Apgr} against {report.LengthApgr} by length");
    }

    [Fact]
    public void Tasks_are_named_right_nine_times_in_ten()
    {
        var problems = new List<string>();
        var samples = TaskEvaluation.Read(Shared("task-names.jsonl"), problems, TestContext.Current.CancellationToken);
        Assert.Empty(problems);
        var (training, test) = TaskEvaluation.Divide(samples, 0.2, 1);
        Assert.InRange(TaskEvaluation.Run(training, test, new TrainingOptions(), "").Accuracy, 0.88, 1);
    }

    private static IReadOnlyList<OutcomeRow> Rows(string name) => File(name).Rows;

    private static OutcomesFile File(string name)
    {
        var file = OutcomesFile.Read(Shared(name), TestContext.Current.CancellationToken);
        Assert.Empty(file.Problems);
        return file;
    }

    private static string Shared(string name)
    {
        var path = Path.Combine(Repository.Root, "..", "shared", "routing", name);
        Assert.SkipUnless(System.IO.File.Exists(path), $"recorded outcomes ({name}) are not beside this repository");
        return path;
    }
}
