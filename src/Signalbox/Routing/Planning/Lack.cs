using Signalbox.Catalog;

namespace Signalbox.Routing.Planning;

/// <summary>What a model lacks of what a request needs.</summary>
[Flags]
internal enum Lack
{
    Nothing = 0,
    /// <summary>It is of another kind: it embeds or transcribes, and does not answer messages.</summary>
    Chat = 1,
    Image = Modalities.Image,
    Audio = Modalities.Audio,
    File = Modalities.File,
    Video = Modalities.Video,
    Tools = 32,
    ForcedTools = 64,
    JsonSchema = 128,
    Prefill = 256,
}

internal static class Lacking
{
    /// <summary>What a translation can do without, with a loss that it reports: another model is better, but none is worse than this one.</summary>
    public const Lack Emulated = Lack.ForcedTools | Lack.JsonSchema | Lack.Prefill;

    public static Lack Of(PlanInput input, CatalogModel model)
    {
        var lack = model.Kind == ModelKind.Chat ? Lack.Nothing : Lack.Chat;

        // What an unknown model reads is not known, and what it can do is a guess; the configuration's word makes it more than that.
        if (model.IsKnown)
        {
            lack |= (Lack)(input.Input & ~model.Input & ~Modalities.Text);
        }

        var can = model.Capabilities;
        lack |= Need(input.Needs, RequestNeeds.Tools, can.Tools, Lack.Tools);
        lack |= Need(input.Needs, RequestNeeds.ForcedTools, can.ForcedTools, Lack.ForcedTools);
        lack |= Need(input.Needs, RequestNeeds.JsonSchema, can.JsonSchema, Lack.JsonSchema);
        return model.IsKnown ? lack | Need(input.Needs, RequestNeeds.Prefill, can.Prefill, Lack.Prefill) : lack;
    }

    private static Lack Need(RequestNeeds needs, RequestNeeds one, bool has, Lack lack) => (needs & one) != 0 && !has ? lack : Lack.Nothing;
}
