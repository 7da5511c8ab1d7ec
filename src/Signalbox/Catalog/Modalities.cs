namespace Signalbox.Catalog;

/// <summary>What a model reads or writes.</summary>
[Flags]
public enum Modalities
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>Text.</summary>
    Text = 1,
    /// <summary>Still images.</summary>
    Image = 2,
    /// <summary>Sound.</summary>
    Audio = 4,
    /// <summary>Documents such as PDF.</summary>
    File = 8,
    /// <summary>Moving pictures.</summary>
    Video = 16,
}
