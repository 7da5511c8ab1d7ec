using Signalbox.Configuration.Fields;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Transformer;
using Signalbox.Providers.Local;

namespace Signalbox.Configuration.Local;

/// <summary>
/// Checks the models that run in this process. What contradicts itself is an error; a file that is not there or cannot be used is a warning,
/// because files come and go without the configuration.
/// </summary>
internal sealed class LocalModelCheck(LocalConfig config, ConfigReading reading)
{
    private static readonly ConfigPath Section = ConfigPath.Root.Field("local");

    public void Check()
    {
        if (config.Folder is { } folder && !Directory.Exists(folder))
        {
            reading.Warn(Section.Field("folder"), $"there is no folder {Words.Quote(folder)}; its models are passed over");
        }

        foreach (var model in LocalModelFiles.List(config))
        {
            if (config.Models.ContainsKey(model.Name))
            {
                Check(model, Section.Field("models").Field(model.Name));
            }
        }
    }

    private void Check(LocalModelConfig model, ConfigPath path)
    {
        if (model.MinimumSlots > model.MaximumSlots)
        {
            reading.Error(path.Field("minimumSlots"), $"is {model.MinimumSlots}, above maximumSlots {model.MaximumSlots}; lower it");
        }

        foreach (var (name, file) in model.Adapters)
        {
            if (!File.Exists(file))
            {
                reading.Warn(path.Field("adapters").Field(name), $"there is no file {Words.Quote(file)}; the model cannot be loaded without it");
            }
        }

        if (!GgufFile.TryOpen(model.File!, out var opened, out var fault))
        {
            reading.Warn(path.Field("file"), $"the model cannot be used: {fault.Message}");
            return;
        }

        using (opened)
        {
            if (!TransformerConfig.TryRead(opened, out var shape, out fault))
            {
                reading.Warn(path.Field("file"), $"the model cannot be used: {fault.Message}");
            }
            else if (model.ContextLength > shape.ContextLength)
            {
                reading.Warn(path.Field("contextLength"), $"is {model.ContextLength} and the model was made for {shape.ContextLength}; lower it");
            }
        }
    }
}
