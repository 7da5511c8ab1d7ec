using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Signalbox.Inference.Gguf;

namespace Signalbox.Inference.Training.Runs;

/// <summary>The files of a run: <c>config.json</c>, <c>run.json</c>, <c>log.jsonl</c>, <c>loss.svg</c>, <c>checkpoint.bin</c>, <c>model.gguf</c> and its quantized forms.</summary>
internal sealed class RunFolder(string path)
{
    private readonly List<(long Step, double Loss)> _training = [];
    private readonly List<(long Step, double Loss)> _validation = [];
    private StreamWriter? _log;

    public string Path => path;

    public string Checkpoint => File("checkpoint.bin");

    public string Model => File("model.gguf");

    /// <summary>The model with weights of this type.</summary>
    public string Quantized(TensorType type) => File($"model-{type.ToString().ToLowerInvariant()}.gguf");

    /// <summary>Whether a run was begun here.</summary>
    public bool HasRun => System.IO.File.Exists(File("run.json"));

    public bool HasCheckpoint => System.IO.File.Exists(Checkpoint);

    /// <summary>Begins a run: writes down what it is.</summary>
    public void Begin(byte[] config, long steps)
    {
        Directory.CreateDirectory(path);
        System.IO.File.WriteAllBytes(File("config.json"), config);
        System.IO.File.WriteAllText(File("run.json"), $"{{\"steps\": {steps.ToString(CultureInfo.InvariantCulture)}, \"config\": \"{Hash(config)}\"}}\n");
        System.IO.File.Delete(File("log.jsonl"));
    }

    /// <summary>The number of steps that the run was begun with.</summary>
    public bool TryReadSteps(byte[] config, out long steps, [NotNullWhen(false)] out EngineFault? fault)
    {
        steps = 0;
        fault = null;
        try
        {
            using var document = JsonDocument.Parse(System.IO.File.ReadAllBytes(File("run.json")));
            steps = document.RootElement.GetProperty("steps").GetInt64();
            if (document.RootElement.GetProperty("config").GetString() != Hash(config))
            {
                fault = new EngineFault(EngineFaultKind.InvalidRequest,
                    $"The configuration has changed since this run began, so it cannot go on exactly: use {File("config.json")} again (--threads may change), or train from the start with another --out.");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            fault = new EngineFault(EngineFaultKind.InvalidRequest, $"{File("run.json")} does not say what was begun here: train from the start, with another --out.");
        }

        return fault is null;
    }

    /// <summary>Opens the log to go on after a step; what was written later is of steps that are taken again.</summary>
    public void OpenLog(long step)
    {
        var kept = new List<string>();
        foreach (var line in System.IO.File.Exists(File("log.jsonl")) ? System.IO.File.ReadAllLines(File("log.jsonl")) : [])
        {
            if (ReadLine(line, step))
            {
                kept.Add(line);
            }
        }

        System.IO.File.WriteAllLines(File("log.jsonl"), kept);
        _log = new StreamWriter(File("log.jsonl"), append: true, new UTF8Encoding(false)) { AutoFlush = true };
    }

    public void Log(TrainingStep step)
    {
        _training.Add((step.Report.Step, step.Report.Loss.Mean));
        Write(json =>
        {
            json.WriteNumber("step", step.Report.Step);
            json.WriteNumber("epoch", Math.Round(step.Epoch, 4));
            Finite(json, "loss", step.Report.Loss.Mean);
            json.WriteNumber("tokens", step.Report.Tokens);
            Finite(json, "tokensPerSecond", Math.Round(step.TokensPerSecond, 1));
            Finite(json, "productShare", Math.Round(step.ProductShare, 4));
            Finite(json, "gradientNorm", step.Report.GradientNorm);
            Finite(json, "learningRate", step.Report.LearningRate);
        });
    }

    public void Log(TrainingValidation validation)
    {
        _validation.Add((validation.Step, validation.Loss));
        Write(json =>
        {
            json.WriteNumber("step", validation.Step);
            Finite(json, "validationLoss", validation.Loss);
            if (validation.RightTopics is { } share)
            {
                Finite(json, "rightTopics", share);
            }
        });
    }

    public void Draw(string title) => System.IO.File.WriteAllText(File("loss.svg"), LossChart.Draw(title, _training, _validation));

    public void Close() => _log?.Dispose();

    private string File(string name) => System.IO.Path.Combine(path, name);

    private static string Hash(byte[] config) => Convert.ToHexStringLower(SHA256.HashData(config));

    private static void Finite(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private bool ReadLine(string line, long lastStep)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var step = document.RootElement.GetProperty("step").GetInt64();
            if (step > lastStep)
            {
                return false;
            }

            if (document.RootElement.TryGetProperty("loss", out var loss) && loss.TryGetDouble(out var value))
            {
                _training.Add((step, value));
            }
            else if (document.RootElement.TryGetProperty("validationLoss", out loss) && loss.TryGetDouble(out value))
            {
                _validation.Add((step, value));
            }

            return true;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            // The line that was being written when the machine stopped.
            return false;
        }
    }

    private void Write(Action<Utf8JsonWriter> fields)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            fields(json);
            json.WriteEndObject();
        }

        _log?.WriteLine(Encoding.UTF8.GetString(buffer.ToArray()));
    }
}
