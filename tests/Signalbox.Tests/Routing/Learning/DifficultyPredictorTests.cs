using Signalbox.Routing.Evaluation;
using Signalbox.Routing.Learning;

namespace Signalbox.Tests.Routing.Learning;

public class DifficultyPredictorTests
{
    private static readonly ModelPair Pair = new("small", "large");
    private static readonly Lazy<DifficultyPredictor> Trained = new(static () => DifficultyTrainer.Train([Rows(1)], Pair, new DifficultyOptions()));

    [Fact]
    public void What_the_small_model_fails_at_is_learned()
    {
        var test = Rows(2);
        var evaluation = new RouterEvaluation(test, Pair, UnitCosts.Default, 1);
        Assert.True(evaluation.WithWeights(Trained.Value, "a test").Apgr > 0.65);
        Assert.True(Need("Prove by induction that the sum of the first 40 cubes is a square.") > Need("Name a colour of the 40 signals at the station.") + 0.2);
    }

    [Fact]
    public void Chances_and_difficulty_lie_between_0_and_1_whatever_the_prompt()
    {
        foreach (var prompt in new[] { "", "?", "\ud800\udfff\0", "什么是信号箱？", new string('a', 100_000), string.Concat(Enumerable.Repeat("x y ", 50_000)), new string('\n', 9999) })
        {
            foreach (var predictor in new[] { Trained.Value, DifficultyPredictor.Default })
            {
                var prediction = predictor.Predict(prompt);
                Assert.InRange(prediction.StrongNeeded, 0, 1);
                Assert.InRange(prediction.Difficulty, 0, 1);
                Assert.True(float.IsFinite(prediction.Score));
            }
        }
    }

    [Fact]
    public void The_same_rows_and_seed_give_the_same_weights_and_saving_changes_nothing()
    {
        var again = DifficultyTrainer.Train([Rows(1)], Pair, new DifficultyOptions());
        Assert.Equal(Saved(Trained.Value), Saved(again));
        var loaded = DifficultyPredictor.Load(new MemoryStream(Saved(again)));
        Assert.Equal(Pair, loaded.Pair);
        Assert.All(Rows(3), row => Assert.Equal(again.Predict(row.Prompt), loaded.Predict(row.Prompt)));
        Assert.Equal(again.ThresholdForShare(0.3), loaded.ThresholdForShare(0.3));
    }

    [Fact]
    public void Damaged_weights_are_refused_with_a_message()
    {
        var good = Saved(Trained.Value);
        var random = new Random(3);
        for (var i = 0; i < 60; i++)
        {
            var bad = good.ToArray();
            bad[random.Next(bad.Length)] ^= 0x10;
            Assert.Null(DifficultyPredictor.TryLoad(new MemoryStream(bad), out var problem));
            Assert.False(string.IsNullOrEmpty(problem));
        }

        Assert.Null(TextClassifier.TryLoad(new MemoryStream(good), out var other));
        Assert.Contains("something else", other, StringComparison.Ordinal);
    }

    [Fact]
    public void A_prompt_unlike_the_training_data_is_ordered_by_its_length_alone()
    {
        string[] strange = ["{}{};;", "{}{};;{}{};;{}{};;", "{}{};;{}{};;{}{};;{}{};;{}{};;{}{};;\n\n\n###"];
        var scores = strange.Select(static prompt => Trained.Value.Predict(prompt).Score).ToArray();
        Assert.Equal(scores.Order(), scores);
        var shuffled = Trained.Value.Predict(";;{}}{" ).Score;
        Assert.Equal(scores[0], shuffled, 5);
    }

    [Fact]
    public void A_threshold_for_a_share_sends_about_that_share_to_the_strong_model()
    {
        var prompts = Rows(4);
        var last = 0.0;
        for (var share = 0.0; share <= 1; share += 0.1)
        {
            var threshold = Trained.Value.ThresholdForShare(share);
            var called = prompts.Count(row => Trained.Value.Predict(row.Prompt).Score >= threshold) / (double)prompts.Count;
            Assert.True(called >= last);
            last = called;
        }

        var half = Trained.Value.ThresholdForShare(0.5);
        Assert.Equal(0.5, prompts.Count(row => Trained.Value.Predict(row.Prompt).Score >= half) / (double)prompts.Count, 0.2);
        Assert.All(prompts, row => Assert.True(Trained.Value.Predict(row.Prompt).Score >= Trained.Value.ThresholdForShare(1)));
        Assert.All(prompts, row => Assert.True(Trained.Value.Predict(row.Prompt).Score < Trained.Value.ThresholdForShare(0)));
    }

    [Fact]
    public void More_quality_never_needs_fewer_strong_calls()
    {
        var last = 0.0;
        for (var quality = 0.0; quality <= 1.0; quality += 0.05)
        {
            var share = Trained.Value.Thresholds.ShareForQuality(quality);
            Assert.True(share >= last);
            last = share;
        }

        Assert.True(Trained.Value.Thresholds.ShareForQuality(0.95) < 0.8);
    }

    [Fact]
    public void Predictions_allocate_nothing()
    {
        var prompt = Rows(1)[0].Prompt;
        for (var i = 0; i < 100; i++)
        {
            Trained.Value.Predict(prompt);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            Trained.Value.Predict(prompt);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static float Need(string prompt) => Trained.Value.Predict(prompt).StrongNeeded;

    private static byte[] Saved(DifficultyPredictor predictor)
    {
        using var file = new MemoryStream();
        predictor.Save(file);
        return file.ToArray();
    }

    /// <summary>Proofs need the large model, simple questions do not; a few outcomes are luck.</summary>
    private static List<OutcomeRow> Rows(int seed)
    {
        string[] things = ["signal", "train", "platform", "ticket", "whistle", "driver", "track", "lamp", "bridge", "tunnel"];
        var random = new Random(seed);
        var rows = new List<OutcomeRow>();
        for (var i = 0; i < 300; i++)
        {
            var isHard = random.Next(2) == 0;
            var thing = things[random.Next(things.Length)];
            var prompt = isHard
                ? $"Prove by induction that every {thing} of order {random.Next(100)} has a sum of {random.Next(100)} squares, and state the bound."
                : $"Name a colour of the {random.Next(100)} {thing}s at the station.";
            var isLuck = random.Next(10) == 0;
            rows.Add(new OutcomeRow
            {
                Prompt = prompt,
                Outcomes = new Dictionary<string, double> { ["small"] = isHard == isLuck ? 1 : 0, ["large"] = random.Next(12) == 0 ? 0 : 1 },
            });
        }

        return rows;
    }
}
