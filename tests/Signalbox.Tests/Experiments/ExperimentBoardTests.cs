using System.Text;
using Signalbox.Dialects;
using Signalbox.Experiments;
using Signalbox.Routing.Decisions;
using Signalbox.Routing.Planning;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Experiments;

/// <summary>What requests and feedback add to, and what outlives reloads and restarts.</summary>
public class ExperimentBoardTests
{
    [Fact]
    public void Requests_of_many_threads_are_all_counted()
    {
        using var bench = new ExperimentBench(null);
        Parallel.For(0, 4_000, i =>
        {
            var decision = bench.Planned($"caller {i % 100}");
            bench.Answer(decision);
            bench.Board.Count(decision, new Feedback(0, null, bench.Time.GetUtcNow()));
            bench.Board.Count(decision, new Feedback(1, null, bench.Time.GetUtcNow()));
        });

        var tallies = bench.Desk.Tallies;
        Assert.Equal(4_000, tallies.Sum(static tally => tally.Requests));
        Assert.All(tallies, static tally =>
        {
            Assert.InRange(tally.Requests, 1_000, 3_000);
            Assert.Equal((tally.Requests, tally.Requests, 0), (tally.LogLatency.Count, tally.Cost.Count, tally.Crossed));
            Assert.Equal(new BoundedTotal(tally.Requests, tally.Requests), tally.Feedback);
            Assert.Equal(0.25, tally.Cost.Mean, 12);
        });
    }

    [Fact]
    public void A_request_counts_for_the_arm_that_it_was_assigned_to_whoever_answered()
    {
        using var bench = new ExperimentBench(null);
        var (assigned, other) = Arms(bench.Planned("x"));

        bench.Answer(bench.Planned("x"), by: other);
        // A model that is resting is passed over by the plan; the caller is of its arm all the same.
        bench.Answer(bench.Planned("x", Removal.Health, assigned));
        var hedged = bench.Planned("x");
        hedged.Add(new AttemptRecord { Model = assigned, Kind = AttemptKind.First, StartedAt = hedged.StartedAt, Outcome = AttemptOutcome.Wasted });
        bench.Answer(hedged, by: other);

        var tally = bench.Desk.Tallies[bench.Desk.Plan.PlaceOf(assigned)];
        Assert.Equal((3, 3), (tally.Requests, tally.Crossed));
        Assert.Equal(new BoundedTotal(3, 2), tally.Errors);
        Assert.Equal(0, bench.Desk.Tallies[bench.Desk.Plan.PlaceOf(other)].Requests);
    }

    [Fact]
    public void What_chance_had_no_say_in_and_what_a_caller_did_wrong_is_counted_apart()
    {
        using var bench = new ExperimentBench(null);
        bench.Answer(bench.Planned("x", Removal.Capability));
        var wrong = bench.Planned("x");
        wrong.Error = GatewayError.Invalid("messages", "wrong");
        bench.End(wrong);
        var elsewhere = new DecisionRecord { RequestId = "e", StartedAt = bench.Time.GetUtcNow(), Route = "other", Plan = bench.Planned("x").Plan };
        bench.Answer(elsewhere, "p/a");

        Assert.Equal((1, 1), (bench.Desk.Ineligible, bench.Desk.Refused));
        Assert.All(bench.Desk.Tallies, static tally => Assert.Equal(0, tally.Requests));
    }

    [Theory]
    [InlineData(""" "experiment": { "by": "tag:team", "shares": { "p/a": 3, "p/b": 1 } } """, 2)]
    [InlineData(""" "experiment": { "by": "tag:team", "seed": "another" } """, 2)]
    [InlineData(""" "experiment": { "by": "session" } """, 2)]
    [InlineData(""" "experiment": { "by": "tag:team", "shares": { "p/a": 2, "p/b": 2 } } """, 1)]
    [InlineData(""" "experiment": { "by": "tag:team", "metric": "cost", "control": "p/b" }, "fallbacks": ["p/c"] """, 1)]
    public void Another_split_begins_another_epoch_and_nothing_else_does(string settings, int epoch)
    {
        using var bench = new ExperimentBench(null);
        var late = bench.Planned("late");
        bench.Answer(bench.Planned("x"));

        bench.Reconfigure(settings);
        bench.Answer(late);
        bench.Answer(bench.Planned("x"));

        var desk = bench.Desk;
        Assert.Equal((epoch, epoch - 1, epoch - 1), (desk.Epoch, desk.Before.Count, bench.Notices.Count));
        Assert.Equal(epoch == 1 ? 3 : 1, desk.Tallies.Sum(static tally => tally.Requests));
        Assert.All(desk.Before, before => Assert.Equal((1, bench.Time.GetUtcNow()), (before.Tallies.Sum(static tally => tally.Requests), before.EndedAt)));
        Assert.All(bench.Notices, static line => Assert.Contains("'desk' begins anew as epoch 2", line, StringComparison.Ordinal));
        Assert.Equal(settings.Contains("control", StringComparison.Ordinal) ? 1 : 0, desk.Plan.Control);
    }

    [Fact]
    public void Sums_survive_a_restart()
    {
        using var folder = new TemporaryFolder();
        string before;
        using (var bench = new ExperimentBench(folder.Path))
        {
            for (var i = 0; i < 40; i++)
            {
                var decision = bench.Planned($"caller {i}");
                bench.Answer(decision, by: i % 5 == 0 ? "p/z" : null);
                bench.Board.Count(decision, new Feedback(i % 3 / 2.0, "kept nowhere", bench.Time.GetUtcNow()));
            }

            before = Text(bench.Board.ToList());
        }

        using var after = new ExperimentBench(folder.Path);
        Assert.Equal(before, Text(after.Board.ToList()));
        Assert.Empty(after.Notices);
        after.Answer(after.Planned("x"));
        Assert.Equal(41, after.Desk.Tallies.Sum(static tally => tally.Requests));
        Assert.Equal([ExperimentFile.Name, FeedbackJournal.Name], Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order());
        var lines = File.ReadAllLines(Path.Combine(folder.Path, FeedbackJournal.Name));
        Assert.Equal(40, lines.Length);
        Assert.All(lines, static line => Assert.DoesNotContain("kept nowhere", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{ "version": 2, "experiments": [] }""")]
    [InlineData("""{ "version": 1, "experiments": [ { "route": "desk" } ] }""")]
    public void A_damaged_file_is_set_aside_with_a_warning(string content)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write(ExperimentFile.Name, content);
        using (var bench = new ExperimentBench(folder.Path))
        {
            Assert.Contains("is damaged and was set aside", Assert.Single(bench.Notices), StringComparison.Ordinal);
            Assert.Equal(content, File.ReadAllText(path + ".damaged"));
            bench.Answer(bench.Planned("x"));
        }

        var said = new List<string>();
        Assert.Single(ExperimentFile.Peek(folder.Path, said.Add));
        Assert.Empty(said);
    }

    [Fact]
    public void No_change_of_a_byte_makes_a_file_that_breaks_the_start()
    {
        using var folder = new TemporaryFolder();
        using (var bench = new ExperimentBench(folder.Path))
        {
            bench.Answer(bench.Planned("x"));
        }

        var good = File.ReadAllBytes(Path.Combine(folder.Path, ExperimentFile.Name));
        var random = new Random(4);
        for (var round = 0; round < 2_000; round++)
        {
            var bytes = (byte[])good.Clone();
            bytes[random.Next(bytes.Length)] = (byte)random.Next(' ', 127);
            foreach (var state in ExperimentStateJson.Read(bytes) ?? [])
            {
                Assert.NotEmpty(ExperimentEvaluation.Evaluate(state).Summary);
            }
        }
    }

    [Fact]
    public void Without_anything_to_keep_no_folder_is_made()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "data");
        new ExperimentBench(path).Dispose();
        Assert.False(Directory.Exists(path));
    }

    [Fact]
    public void Feedback_is_written_to_a_file_that_does_not_grow_for_ever()
    {
        using var folder = new TemporaryFolder();
        var journal = new FeedbackJournal(folder.Path, most: 1_000);
        for (var i = 0; i < 100; i++)
        {
            journal.Add(new DecisionRecord { RequestId = $"r{i}", StartedAt = default }, new Feedback(0.5, null, default), null, Assert.Fail);
        }

        var files = Directory.GetFiles(folder.Path);
        Assert.Equal([FeedbackJournal.Name, FeedbackJournal.Older], files.Select(Path.GetFileName).Order());
        Assert.All(files, static file => Assert.InRange(new FileInfo(file).Length, 1, 1_500));
        Assert.Contains("\"r99\"", File.ReadAllLines(Path.Combine(folder.Path, FeedbackJournal.Name))[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "score": 0.5 }""", 0.5)]
    [InlineData("""{ "rating": "up", "comment": "good" }""", 1.0)]
    [InlineData("""{ "rating": "down", "comment": null }""", 0.0)]
    public void Feedback_is_a_score_or_a_rating(string body, double score) =>
        Assert.Equal(score, Feedback.Read(Encoding.UTF8.GetBytes(body), default, out _)!.Score);

    [Theory]
    [InlineData("""{ "score": 1.01 }""", "score")]
    [InlineData("""{ "score": -0.01 }""", "score")]
    [InlineData("""{ "score": "1" }""", "score")]
    [InlineData("""{ "score": 1e999 }""", "score")]
    [InlineData("""{ "rating": "meh" }""", "rating")]
    [InlineData("""{ "rating": 1 }""", "rating")]
    [InlineData("""{ "score": 1, "rating": "up" }""", "rating")]
    [InlineData("""{ "comment": "x" }""", "score")]
    [InlineData("""{ "score": 1, "comment": 5 }""", "comment")]
    [InlineData("""{ "scroe": 1 }""", "scroe")]
    [InlineData("[]", "body")]
    [InlineData("", "body")]
    [InlineData("no json", "body")]
    [InlineData("{", "body")]
    public void What_is_no_feedback_is_refused_naming_the_field(string body, string field)
    {
        Assert.Null(Feedback.Read(Encoding.UTF8.GetBytes(body), default, out var error));
        Assert.Equal((field, 400), (error!.Field, error.Status));
    }

    private static (string Assigned, string Other) Arms(DecisionRecord decision)
    {
        var order = decision.Plan!.Order;
        return (decision.Plan.Candidates[order[0]].Deployment.FullName, decision.Plan.Candidates[order[1]].Deployment.FullName);
    }

    private static string Text(IReadOnlyList<ExperimentState> states)
    {
        using var stream = new MemoryStream();
        using (var json = new System.Text.Json.Utf8JsonWriter(stream))
        {
            ExperimentStateJson.Write(json, states);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
