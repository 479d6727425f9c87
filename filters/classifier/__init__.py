"""Classifiers that a recipe may bring along: fastText models trained by `hc4 train-classifier`, scored as a stage."""

from filters.classifier.annotator import Classifier, ClassifierAnnotator, load_classifier

__all__ = ["Classifier", "ClassifierAnnotator", "load_classifier"]
