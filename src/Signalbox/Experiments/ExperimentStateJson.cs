using System.Text.Json;

namespace Signalbox.Experiments;

/// <summary>States of experiments in the form of their file. What is read is checked: numbers that no counting could have led to are damage.</summary>
internal static class ExperimentStateJson
{
    private const int Version = 1;

    public static void Write(Utf8JsonWriter json, IReadOnlyList<ExperimentState> states)
    {
        json.WriteStartObject();
        json.WriteNumber("version", Version);
        json.WriteStartArray("experiments");
        foreach (var state in states)
        {
            Write(json, state);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Null where the bytes are not such a file.</summary>
    public static IReadOnlyList<ExperimentState>? Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var root = document.RootElement;
            if (root.GetProperty("version").GetInt32() != Version)
            {
                return null;
            }

            var states = root.GetProperty("experiments").EnumerateArray().Select(static state => ReadState(state, isOuter: true)).ToList();
            return states.DistinctBy(static state => state.Route).Count() == states.Count ? states : null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static void Write(Utf8JsonWriter json, ExperimentState state)
    {
        json.WriteStartObject();
        json.WriteString("route", state.Route);
        json.WriteNumber("epoch", state.Epoch);
        json.WriteString("started_at", state.StartedAt);
        if (state.EndedAt is { } ended)
        {
            json.WriteString("ended_at", ended);
        }

        json.WriteBoolean("active", state.IsActive);
        json.WriteString("seed", state.Plan.Seed);
        json.WriteString("by", state.Plan.By);
        json.WriteString("metric", state.Plan.Metric);
        json.WriteNumber("control", state.Plan.Control);
        json.WriteNumber("ineligible", state.Ineligible);
        json.WriteNumber("refused", state.Refused);
        json.WriteStartArray("arms");
        for (var i = 0; i < state.Plan.Arms.Count; i++)
        {
            Write(json, state.Plan.Arms[i], state.Tallies[i]);
        }

        json.WriteEndArray();
        json.WriteStartArray("before");
        foreach (var before in state.Before)
        {
            Write(json, before);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ExperimentArm arm, ArmTally tally)
    {
        json.WriteStartObject();
        json.WriteString("model", arm.Model);
        json.WriteString("id", arm.Id);
        json.WriteNumber("share", arm.Share);
        json.WriteNumber("requests", tally.Requests);
        json.WriteNumber("crossed", tally.Crossed);
        json.WriteNumber("cancelled", tally.Cancelled);
        Write(json, "errors", tally.Errors);
        Write(json, "feedback", tally.Feedback);
        Write(json, "log_latency", tally.LogLatency);
        Write(json, "log_ttft", tally.LogTtft);
        Write(json, "cost", tally.Cost);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, BoundedTotal total)
    {
        json.WriteStartArray(name);
        json.WriteNumberValue(total.Count);
        json.WriteNumberValue(total.Sum);
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, string name, RunningMoments moments)
    {
        json.WriteStartArray(name);
        json.WriteNumberValue(moments.Count);
        json.WriteNumberValue(moments.Mean);
        json.WriteNumberValue(moments.SquaredDeviations);
        json.WriteEndArray();
    }

    private static ExperimentState ReadState(JsonElement json, bool isOuter)
    {
        var arms = json.GetProperty("arms").EnumerateArray().Select(ReadArm).ToList();
        var (control, epoch, metric) = (json.GetProperty("control").GetInt32(), json.GetProperty("epoch").GetInt32(), Text(json, "metric"));
        Demand(arms.Count > 1 && control >= 0 && control < arms.Count && epoch > 0 && ExperimentMeasures.Words.Contains(metric));
        return new ExperimentState
        {
            Route = Text(json, "route"),
            Epoch = epoch,
            StartedAt = json.GetProperty("started_at").GetDateTimeOffset(),
            EndedAt = json.TryGetProperty("ended_at", out var ended) ? ended.GetDateTimeOffset() : null,
            IsActive = json.GetProperty("active").GetBoolean(),
            Plan = new ExperimentPlan { Arms = [.. arms.Select(static arm => arm.Arm)], Seed = Text(json, "seed"), By = Text(json, "by"), Metric = metric, Control = control },
            Tallies = [.. arms.Select(static arm => arm.Tally)],
            Ineligible = Count(json, "ineligible"),
            Refused = Count(json, "refused"),
            Before = isOuter ? [.. json.GetProperty("before").EnumerateArray().Select(static state => ReadState(state, isOuter: false))] : [],
        };
    }

    private static (ExperimentArm Arm, ArmTally Tally) ReadArm(JsonElement json)
    {
        var share = json.GetProperty("share").GetDouble();
        Demand(share is > 0 and <= 1);
        return (new ExperimentArm(Text(json, "model"), Text(json, "id"), share), new ArmTally
        {
            Requests = Count(json, "requests"),
            Crossed = Count(json, "crossed"),
            Cancelled = Count(json, "cancelled"),
            Errors = ReadTotal(json.GetProperty("errors")),
            Feedback = ReadTotal(json.GetProperty("feedback")),
            LogLatency = ReadMoments(json.GetProperty("log_latency")),
            LogTtft = ReadMoments(json.GetProperty("log_ttft")),
            Cost = ReadMoments(json.GetProperty("cost")),
        });
    }

    private static BoundedTotal ReadTotal(JsonElement json)
    {
        var total = new BoundedTotal(json[0].GetInt64(), json[1].GetDouble());
        // A sum of rounded numbers may be a little off.
        Demand(total.Count >= 0 && total.Sum >= 0 && total.Sum <= total.Count * (1 + 1e-9) + 1e-9);
        return total;
    }

    private static RunningMoments ReadMoments(JsonElement json)
    {
        var moments = new RunningMoments(json[0].GetInt64(), json[1].GetDouble(), json[2].GetDouble());
        Demand(moments.Count >= 0 && moments.SquaredDeviations >= 0);
        return moments;
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString() ?? throw new FormatException();

    private static long Count(JsonElement json, string name)
    {
        var count = json.GetProperty(name).GetInt64();
        Demand(count >= 0);
        return count;
    }

    private static void Demand(bool isRight)
    {
        if (!isRight)
        {
            throw new FormatException();
        }
    }
}
